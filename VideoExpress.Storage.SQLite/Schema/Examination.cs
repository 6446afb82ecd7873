using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;
using static SQLitePCL.raw;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>
/// Looks at a file before it is opened for writing. Every byte of the file, of its write-ahead log and of the log's index stays as it is,
/// so that whoever has to repair a refused file finds it as it was.
/// </summary>
internal static class Examination
{
    /// <summary>
    /// Up to this size the pages are checked at every start; beyond it only when a log was left over, that is, after an unclean end.
    /// A check of a file in the system's cache took 0.85 ms a MB, of one on a cold virtual disk 12 ms a MB: 1.5 s for this at the worst.
    /// </summary>
    private const long AlwaysCheckedBytes = 128 * 1024 * 1024;

    /// <summary>Throws when the file is damaged or was written by a later version; a missing or empty one is fine.</summary>
    public static void Run(string path)
    {
        var size = Length(path);
        var log = Length(path + "-wal");
        if (size == 0)
        {
            RefuseLogWithoutFile(path, log);
            return;
        }

        var unclean = log > 0 || Length(path + "-journal") > 0;
        using var connection = unclean ? OpenWithLog(path) : OpenImmutable(path);
        Migrator.RefuseNewer(connection, path);
        if ((unclean || size <= AlwaysCheckedBytes) && FindDamage(connection) is { } finding)
        {
            throw OpenFailure.Damaged(path, finding);
        }
    }

    /// <summary>Opening the missing file would create an empty one and delete the log, which may hold all there is.</summary>
    private static void RefuseLogWithoutFile(string path, long log)
    {
        if (log > 0)
        {
            throw new SqliteException(
                $"'{path}' is missing or empty, but its write-ahead log '{path}-wal' is there. Put the file back that the log belongs to; " +
                $"if it is lost, move the log away and restore a backup, or begin anew without either.",
                SQLITE_CORRUPT);
        }
    }

    /// <summary>Without a log there is nothing to lock or to recover, and SQLite makes no file beside it.</summary>
    private static SqliteConnection OpenImmutable(string path)
    {
        var uri = "file:" + Uri.EscapeDataString(path.Replace('\\', '/')).Replace("%2F", "/", StringComparison.Ordinal) + "?immutable=1";
        return Open(uri, SqliteOpenMode.ReadOnly);
    }

    /// <summary>
    /// The log is read into an index in memory, which exclusive locking does without the file for it, and is not taken into the file on
    /// closing. When somebody has the file open, the lock is not to be had; then closing is not the last, which leaves the log alone, too.
    /// </summary>
    private static SqliteConnection OpenWithLog(string path)
    {
        try
        {
            return OpenWithLog(path, "exclusive");
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SQLITE_BUSY)
        {
            return OpenWithLog(path, "normal");
        }
    }

    private static SqliteConnection OpenWithLog(string path, string locking)
    {
        var connection = Open(path, SqliteOpenMode.ReadWrite);
        try
        {
            OpenFailure.RefuseReadOnly(connection, path);
            _ = sqlite3_db_config(connection.Handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            Ask(connection, $"pragma locking_mode = {locking}");
            Ask(connection, "select count(*) from sqlite_master");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with the pages of the file; null when nothing is.</summary>
    public static string? FindDamage(SqliteConnection connection)
    {
        try
        {
            return Check(connection, "1");
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SQLITE_ERROR)
        {
            // A table of the application needs a function or a module that only the application knows. Ours need none.
            return Ask(connection, "select group_concat(name, ';') from sqlite_master where type = 'table' and name like 'hangfire_%'")
                ?.Split(';').Select(table => Check(connection, table)).FirstOrDefault(finding => finding is not null);
        }
    }

    private static string? Check(SqliteConnection connection, string what)
    {
        var finding = Ask(connection, $"pragma quick_check({what})");
        // The check of pages comes first and begins so; what else it finds, such as a constraint that was added later, is no damage.
        return finding is not null && finding.StartsWith("*** in database", StringComparison.Ordinal) ? finding : null;
    }

    private static SqliteConnection Open(string source, SqliteOpenMode mode)
    {
        var text = new SqliteConnectionStringBuilder(ConnectionPool.ConnectionString(source)) { Mode = mode, DefaultTimeout = 1 };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static string? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }

    // By its entry in the folder: to open and close the file would drop the locks that this process has on it.
    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
