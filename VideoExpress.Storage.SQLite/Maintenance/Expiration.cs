using Hangfire.Server;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite.Maintenance;

/// <summary>Removes what has expired, in short transactions, and gives the space back.</summary>
internal sealed class Expiration(SQLiteStorage storage) : IBackgroundProcess
{
    private const int BatchSize = 500;

    /// <summary>Free pages that are left for the next jobs to fill; vacuuming them would only make the file grow again.</summary>
    private const int SparePages = 1024;

    private static readonly TimeSpan PauseBetweenBatches = TimeSpan.FromMilliseconds(10);

    /// <summary>Each removes one batch of $count rows that expired before $now. Parameters and states go with their job.</summary>
    private static readonly string[] Batches =
    [
        "delete from hangfire_job where id in (select id from hangfire_job where expire_us < $now limit $count)",
        "delete from hangfire_set where id in (select id from hangfire_set where expire_us < $now limit $count)",
        "delete from hangfire_list where id in (select id from hangfire_list where expire_us < $now limit $count)",
        "delete from hangfire_hash where (key, field) in (select key, field from hangfire_hash where expire_us < $now limit $count)",
        "delete from hangfire_counter where key in (select key from hangfire_counter where expire_us < $now limit $count)",
    ];

    public void Execute(BackgroundProcessContext context)
    {
        Run(context.StoppingToken);
        context.Wait(storage.Options.ExpirationInterval);
    }

    public override string ToString() => nameof(Expiration);

    internal void Run(CancellationToken cancellationToken)
    {
        foreach (var batch in Batches)
        {
            while (Remove(batch) == BatchSize)
            {
                // Others want to write, too.
                cancellationToken.WaitHandle.WaitOne(PauseBetweenBatches);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        storage.Writer.RunAlone(Shrink);
    }

    private int Remove(string batch) => storage.Writer.Run(
        turn => turn.Sql.Execute(batch, storage.Now(), BatchSize), WriteTraits.Repeatable);

    private static void Shrink(SqliteConnection connection)
    {
        var spare = Pragma(connection, "freelist_count");
        // The pages move in steps of the statement, so it has to be read to its end.
        if (spare > SparePages)
        {
            Pragma(connection, $"incremental_vacuum({spare - SparePages})");
        }
        // As far as readers permit; whoever comes later finds a short log.
        Pragma(connection, "wal_checkpoint(passive)");
    }

    private static long Pragma(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "pragma " + pragma;
        using var reader = command.ExecuteReader();
        var value = 0L;
        while (reader.Read())
        {
            value = reader.FieldCount > 0 ? reader.GetInt64(0) : 0;
        }

        return value;
    }
}
