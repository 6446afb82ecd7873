using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Maintenance;
using VideoExpress.Storage.SQLite.Schema;
using static SQLitePCL.raw;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// The file of a <see cref="SQLiteStorage"/> for a program that does not own it, such as one that backs it up: it is looked at and copied
/// while its owner reads and writes on. What was committed and is still in the write-ahead log is seen as well. Nothing is written to it.
/// </summary>
public static class SQLiteStorageFile
{
    /// <summary>Runs a read on the file: one consistent snapshot.</summary>
    /// <remarks>A long read keeps the owner from cutting its write-ahead log.</remarks>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SqliteException">It cannot be read, or is no database; the message says what to do.</exception>
    public static T Read<T>(string path, Func<SqliteConnection, T> query)
    {
        ArgumentNullException.ThrowIfNull(query);
        using var connection = Open(path);
        using var snapshot = connection.BeginTransaction(deferred: true);
        return query(connection);
    }

    /// <summary>Copies the file as it is at one moment between now and completion.</summary>
    /// <inheritdoc cref="SQLiteStorage.BackUpAsync" path="/remarks" />
    /// <param name="path">The file.</param>
    /// <param name="target">Where the copy goes, as at <see cref="SQLiteStorage.BackUpAsync"/>.</param>
    /// <param name="cancellationToken">Ends the copying within about a megabyte and leaves nothing behind.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SQLiteStorageInUseException">The target is the file of an open storage, or belongs to it.</exception>
    /// <exception cref="IOException">The target is a folder or in none, or the log of another database lies beside it.</exception>
    /// <exception cref="SqliteException">The file cannot be read, or the copy not be written.</exception>
    public static Task CopyAsync(string path, string target, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        return Task.Run(() => Backup.Run(new BackupSource(path, Copy, TimeProvider.System), target, static () => { }, cancellationToken), cancellationToken);

        void Copy(Action<SqliteConnection> copy)
        {
            using var connection = Open(path);
            using var snapshot = connection.BeginTransaction(deferred: true);
            copy(connection);
        }
    }

    /// <summary>Checks the file's pages and its version.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the check at once.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidOperationException">It was written by a newer version of this library.</exception>
    /// <exception cref="SqliteException">It is damaged, or cannot be read; the message says what to do.</exception>
    /// <exception cref="OperationCanceledException">The check was cancelled.</exception>
    public static void Check(string path, CancellationToken cancellationToken = default)
    {
        using var connection = Open(path);
        using var interruption = cancellationToken.Register(() => sqlite3_interrupt(connection.Handle));
        try
        {
            // An interruption before the first statement would be forgotten.
            cancellationToken.ThrowIfCancellationRequested();
            Migrator.RefuseNewer(connection, path);
            if (Examination.FindDamage(connection) is { } finding)
            {
                throw OpenFailure.Damaged(path, finding);
            }
        }
        catch (SqliteException failure)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw OpenFailure.Explain(path, failure);
        }
    }

    /// <summary>Owns the file as an open storage does, until it is disposed of: no storage opens it meanwhile. The file need not exist.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="SQLiteStorageInUseException">A storage has it open.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write to the folder.</exception>
    public static IDisposable Claim(string path) => OwnerLock.Take(StorageFile.RealPath(path));

    private static SqliteConnection Open(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no database '{path}'.", path);
        }

        var connection = new SqliteConnection(ConnectionPool.ConnectionString(path, SqliteOpenMode.ReadOnly));
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"pragma busy_timeout = {StorageFile.BusyTimeoutMilliseconds}; pragma temp_store = memory; select count(*) from sqlite_master";
            command.ExecuteNonQuery();
            return connection;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            throw OpenFailure.Explain(path, failure);
        }
    }
}
