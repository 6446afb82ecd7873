using System.Globalization;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Schema;
using static SQLitePCL.raw;

namespace VideoExpress.Storage.SQLite.Maintenance;

/// <summary>
/// Copies the file as it was at one moment. One read transaction spans the copy, so writers neither wait for it nor make it begin again.
/// </summary>
internal static class Backup
{
    /// <summary>1 MB of pages; between two steps it can be cancelled.</summary>
    private const int PagesPerStep = 256;

    /// <summary>What belongs to a storage's file beside itself.</summary>
    private static readonly string[] Companions = ["", "-wal", "-shm", "-journal", ".lock", ".pid"];

    public static void Run(SQLiteStorage storage, string path, CancellationToken cancellationToken) =>
        Run(storage, path, static () => { }, cancellationToken);

    public static void Run(SQLiteStorage storage, string path, Action stepped, CancellationToken cancellationToken) => Run(
        new BackupSource(storage.Path, copy => storage.Read(source => Done(copy, source)), storage.Options.TimeProvider),
        path,
        stepped,
        cancellationToken);

    /// <param name="source">What is copied.</param>
    /// <param name="path">Where the copy goes.</param>
    /// <param name="stepped">Called after each step, while the copy is under way.</param>
    /// <param name="cancellationToken">Looked at before each step and before the copy takes its name.</param>
    public static void Run(BackupSource source, string path, Action stepped, CancellationToken cancellationToken)
    {
        var target = StorageFile.RealPath(path);
        Refuse(target);
        var id = Guid.CreateVersion7(source.Time.GetUtcNow());
        var partial = string.Create(CultureInfo.InvariantCulture, $"{target}.{id:N}.partial");
        try
        {
            source.Read(connection => Copy(connection, partial, stepped, cancellationToken));
            using (var file = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
            {
                file.Flush(flushToDisk: true);
            }

            cancellationToken.ThrowIfCancellationRequested();
            File.Move(partial, target, overwrite: true);
        }
        catch (SqliteException exception)
        {
            throw OpenFailure.Explain(exception.SqliteErrorCode == SQLITE_CORRUPT ? source.Path : partial, exception);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Refuse(string target)
    {
        if (Directory.Exists(target))
        {
            throw new IOException($"'{target}' is a folder. Name a file in it for the backup.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw new DirectoryNotFoundException($"The folder of '{target}' does not exist. Make it, or name another one for the backup.");
        }

        // By the lock rather than by the name: links and mounts give one file many names.
        foreach (var companion in Companions.Where(companion => target.EndsWith(companion, StringComparison.Ordinal)))
        {
            var owner = target[..^companion.Length];
            if (File.Exists(owner + ".lock"))
            {
                OwnerLock.Take(owner).Dispose();
            }
        }

        if (File.Exists(target + "-wal"))
        {
            throw new IOException(
                $"Beside '{target}' is the write-ahead log of another database, which would spoil the backup. Move both away, or use another name.");
        }
    }

    private static void Copy(SqliteConnection source, string path, Action stepped, CancellationToken cancellationToken)
    {
        using (var command = source.CreateCommand())
        {
            // The read transaction has its snapshot from the first read on.
            command.CommandText = "select count(*) from sqlite_master";
            command.ExecuteScalar();
        }

        using var copy = new SqliteConnection(ConnectionPool.ConnectionString(path));
        copy.Open();
        using (var command = copy.CreateCommand())
        {
            // Until it is whole nobody needs it, so it is neither journalled nor synced by parts.
            command.CommandText = "pragma journal_mode = off; pragma synchronous = off";
            command.ExecuteNonQuery();
        }

        using var backup = sqlite3_backup_init(copy.Handle, "main", source.Handle, "main");
        SqliteException.ThrowExceptionForRC(backup.IsInvalid ? sqlite3_errcode(copy.Handle) : SQLITE_OK, copy.Handle);
        int result;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            result = sqlite3_backup_step(backup, PagesPerStep);
            stepped();
        }
        while (result == SQLITE_OK);

        if (result != SQLITE_DONE)
        {
            throw new SqliteException(sqlite3_errstr(result).utf8_to_string(), result & 0xff, result);
        }
    }

    private static bool Done(Action<SqliteConnection> copy, SqliteConnection source)
    {
        copy(source);
        return true;
    }
}

/// <summary>A file to copy.</summary>
/// <param name="Path">Its full path, for messages.</param>
/// <param name="Read">Runs a read on a connection to it that sees one moment.</param>
/// <param name="Time">The clock of names.</param>
internal sealed record BackupSource(string Path, Action<Action<SqliteConnection>> Read, TimeProvider Time);
