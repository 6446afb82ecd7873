using System.Diagnostics;
using Hangfire.Server;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite.Maintenance;

/// <summary>Removes what has expired and gives the space back, in transactions of a few milliseconds.</summary>
internal sealed class Expiration(SQLiteStorage storage) : IBackgroundProcess
{
    /// <summary>Rows of one transaction. Of jobs with their parameters and states it took about 10 ms, of which others wait.</summary>
    private const int BatchSize = 200;

    /// <summary>Pages moved in one transaction; it took 2 to 10 ms.</summary>
    private const int PagesPerMove = 128;

    /// <summary>Free pages that are left for the next jobs to fill; vacuuming them would only make the file grow again.</summary>
    private const int SparePages = 1024;

    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(100);

    /// <summary>Each removes one batch of $count rows that expired before $now. Parameters and states go with their job.</summary>
    private static readonly string[] Batches =
    [
        "delete from hangfire_job where id in (select id from hangfire_job where expire_us < $now and state is not null limit $count)",
        "delete from hangfire_set where id in (select id from hangfire_set where expire_us < $now limit $count)",
        "delete from hangfire_list where id in (select id from hangfire_list where expire_us < $now limit $count)",
        "delete from hangfire_hash where (key, field) in (select key, field from hangfire_hash where expire_us < $now limit $count)",
        "delete from hangfire_counter where key in (select key from hangfire_counter where expire_us < $now limit $count)",
    ];

    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromDays(1);

    private long _begin;
    private long _nextSweep;

    public void Execute(BackgroundProcessContext context)
    {
        Run(context.StoppingToken);
        // From begin to begin: were the interval added to a long run, the next one would be longer still.
        var rest = storage.Options.ExpirationInterval - Stopwatch.GetElapsedTime(_begin);
        context.Wait(rest > LongestRest ? rest : LongestRest);
    }

    public override string ToString() => nameof(Expiration);

    internal void Run(CancellationToken cancellationToken)
    {
        _begin = Stopwatch.GetTimestamp();
        // Free since the last run at least: what is freed now will soon be filled again while jobs come as fast as they go.
        var unneeded = storage.Pool.Read(sql => sql.Scalar<long>("pragma freelist_count")) - SparePages;
        foreach (var batch in Batches)
        {
            while (Write(turn => turn.Sql.Execute(batch, storage.Now(), BatchSize), cancellationToken) == BatchSize)
            {
            }
        }

        if (storage.Now() >= _nextSweep)
        {
            SweepStateless(cancellationToken);
            _nextSweep = storage.Now() + UnixMicros.From(BetweenSweeps);
        }

        for (; unneeded > 0; unneeded -= PagesPerMove)
        {
            // Pages move one by one, in the steps of the statement, so it has to be read to its end.
            var move = $"pragma incremental_vacuum({Math.Min(unneeded, PagesPerMove)})";
            Write(turn => turn.Sql.Query(move, _ => true).Count, cancellationToken);
        }

        WriteAheadLog.Shorten(storage);
    }

    /// <summary>
    /// Jobs that never got a state, because their client was killed in between. No index has them, which every creation would have to
    /// write; so all jobs are read, beside the writers.
    /// </summary>
    private void SweepStateless(CancellationToken cancellationToken)
    {
        const string expired = "state is null and expire_us < $now";
        var jobs = storage.Pool.Read(sql => sql.Query($"select id from hangfire_job where {expired}", row => row.GetInt64(0), storage.Now()));
        foreach (var batch in jobs.Chunk(BatchSize))
        {
            Write(
                turn => turn.Sql.Execute(
                    $"delete from hangfire_job where id in (select value from json_each($jobs)) and {expired}", Json.Write(batch), storage.Now()),
                cancellationToken);
        }
    }

    /// <summary>
    /// Writes, and then rests as long as that took: others have the file for at least half of the time. A run that is longer than the
    /// interval has fallen behind and does not rest.
    /// </summary>
    private int Write(Func<WriteTurn, int> work, CancellationToken cancellationToken)
    {
        var took = TimeSpan.Zero;
        var done = storage.Writer.Run(
            turn =>
            {
                var begin = Stopwatch.GetTimestamp();
                var rows = work(turn);
                took = Stopwatch.GetElapsedTime(begin);
                return rows;
            },
            WriteTraits.Repeatable);
        if (Stopwatch.GetElapsedTime(_begin) < storage.Options.ExpirationInterval)
        {
            cancellationToken.WaitHandle.WaitOne(took < LongestRest ? took : LongestRest);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return done;
    }
}
