using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>Opens the file for writing.</summary>
internal static class StorageFile
{
    /// <summary>The write-ahead log is cut down to this after it has grown beyond it.</summary>
    public const int LogLimitBytes = 16 * 1024 * 1024;

    /// <summary>Only a stranger's program can make a writer wait for the file; ours take turns before.</summary>
    public const int BusyTimeoutMilliseconds = 5000;

    /// <summary>The name of the file itself, so that whoever comes by a link to it finds the same lock.</summary>
    public static string RealPath(string path)
    {
        var target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null;
        return target?.FullName ?? Path.GetFullPath(path);
    }

    public static void MakeFolder(string path)
    {
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' is a folder. Name a file in it, such as '{Path.Combine(path, "hangfire.db")}'.");
        }

        var folder = Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnauthorizedAccessException($"The folder '{folder}' cannot be made by this user. Make it, or use another file.", exception);
        }
        catch (IOException exception) when (File.Exists(folder))
        {
            throw new IOException($"'{folder}' is a file, so '{path}' cannot be in it. Use another file.", exception);
        }
    }

    /// <summary>Opens the file, or makes it, with its tables; what is damaged or newer is refused and not touched.</summary>
    public static WriterConnection Open(string path, TimeProvider time)
    {
        try
        {
            Examination.Run(path);
            return OpenForWriting(path, time);
        }
        catch (SqliteException exception)
        {
            throw OpenFailure.Explain(path, exception);
        }
    }

    private static WriterConnection OpenForWriting(string path, TimeProvider time)
    {
        var connection = new WriterConnection(path);
        try
        {
            connection.Open();
            OpenFailure.RefuseReadOnly(connection, path);
            Run(connection, $"pragma busy_timeout = {BusyTimeoutMilliseconds}");
            // Without effect once the file has a table, and on an empty one only before the switch to WAL writes its header.
            Run(connection, "pragma auto_vacuum = incremental");
            if (Run(connection, "pragma journal_mode = wal") is not "wal")
            {
                throw new InvalidOperationException(
                    $"'{path}' cannot have a write-ahead log. Is it on a network file system? The storage needs a local disk.");
            }

            Run(connection, $"pragma journal_size_limit = {LogLimitBytes}");
            Run(connection, "pragma synchronous = full; pragma temp_store = memory");
            // A table that a migration replaces would take the rows that refer to it along, and a view or trigger of the application that
            // looks at it would refuse that the new one is given its name.
            Run(connection, "pragma foreign_keys = off; pragma legacy_alter_table = on");
            Migrator.Migrate(connection, time);
            Run(connection, "pragma legacy_alter_table = off; pragma foreign_keys = on");
            return connection;
        }
        catch
        {
            connection.End();
            throw;
        }
    }

    private static object? Run(SqliteConnection connection, string pragma)
    {
        using var command = connection.CreateCommand();
        command.CommandText = pragma;
        return command.ExecuteScalar();
    }
}
