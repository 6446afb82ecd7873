using Hangfire.Server;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Schema;
using static SQLitePCL.raw;

namespace VideoExpress.Storage.SQLite.Maintenance;

/// <summary>
/// Keeps the write-ahead log short. SQLite begins it anew by itself, but only at a moment when nobody reads from it; while reads overlap
/// without a gap it would grow for ever.
/// </summary>
internal sealed class WriteAheadLog(SQLiteStorage storage) : IBackgroundProcess
{
    /// <summary>Writers wait as long for readers to end; a reader of ours takes a few milliseconds.</summary>
    private const int PatienceMilliseconds = 40;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>The size at which the next attempt is made. It doubles while a long read, such as a backup, lets none succeed.</summary>
    private long _next = StorageFile.LogLimitBytes;

    public void Execute(BackgroundProcessContext context)
    {
        if (LengthOf(storage) > _next)
        {
            _next = Shorten(storage) ? StorageFile.LogLimitBytes : 2 * LengthOf(storage);
        }

        context.Wait(Interval);
    }

    public override string ToString() => nameof(WriteAheadLog);

    /// <summary>Takes the log into the file, which shrinks by what was given back, and cuts it to nothing. False when a read that is still going on needs it.</summary>
    internal static bool Shorten(SQLiteStorage storage)
    {
        if (LengthOf(storage) == 0)
        {
            return true;
        }

        // The bulk while others write on.
        using (var connection = new SqliteConnection(ConnectionPool.ConnectionString(storage.Path, SqliteOpenMode.ReadWrite)))
        {
            connection.Open();
            _ = sqlite3_wal_checkpoint_v2(connection.Handle, "main", SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        }

        var shortened = false;
        storage.Writer.RunAlone(writer =>
        {
            _ = sqlite3_busy_timeout(writer.Handle, PatienceMilliseconds);
            shortened = sqlite3_wal_checkpoint_v2(writer.Handle, "main", SQLITE_CHECKPOINT_TRUNCATE, out _, out _) == SQLITE_OK;
            _ = sqlite3_busy_timeout(writer.Handle, StorageFile.BusyTimeoutMilliseconds);
        });
        return shortened;
    }

    private static long LengthOf(SQLiteStorage storage) => new FileInfo(storage.Path + "-wal") is { Exists: true } log ? log.Length : 0;
}
