using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>Opens the file for writing.</summary>
internal static class StorageFile
{
    /// <summary>The write-ahead log is cut down to this after it has grown beyond it.</summary>
    private const int WalLimitBytes = 16 * 1024 * 1024;

    /// <summary>The name of the file itself, so that whoever comes by a link to it finds the same lock.</summary>
    public static string RealPath(string path)
    {
        var target = File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null;
        return target?.FullName ?? Path.GetFullPath(path);
    }

    public static WriterConnection Open(string path, TimeProvider time)
    {
        var connection = new WriterConnection(path);
        try
        {
            connection.Open();
            Run(connection, "pragma busy_timeout = 5000");
            Migrator.RefuseNewer(connection, path);
            // Without effect once the file has a table, and on an empty one only before the switch to WAL writes its header.
            Run(connection, "pragma auto_vacuum = incremental");
            if (Run(connection, "pragma journal_mode = wal") is not "wal")
            {
                throw new InvalidOperationException(
                    $"'{path}' cannot have a write-ahead log. Is it on a network file system? The storage needs a local disk.");
            }

            Run(connection, $"pragma journal_size_limit = {WalLimitBytes}");
            Run(connection, "pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory");
            Migrator.Migrate(connection, time);
            return connection;
        }
        catch
        {
            connection.Dispose();
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
