using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>
/// Connections for reading, rented for one operation each. The pool keeps no more than <see cref="Kept"/> open; when more threads read at
/// once, the others open and close theirs, so nobody ever waits for a connection.
/// </summary>
internal sealed class ConnectionPool(string path) : IDisposable
{
    private const int Kept = 16;

    private readonly ConcurrentBag<Statements> _idle = [];
    private int _idleCount;
    private volatile bool _disposed;

    /// <summary>Runs several statements in one read transaction: all of them see the same commits.</summary>
    public T Snapshot<T>(Func<Statements, T> query) => Read(statements =>
    {
        statements.Execute("begin");
        var result = query(statements);
        statements.Execute("rollback");
        return result;
    });

    /// <summary>Runs one statement, which is a transaction by itself.</summary>
    public T Read<T>(Func<Statements, T> query)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SQLiteStorage));
        var statements = Rent();
        try
        {
            var result = query(statements);
            Return(statements);
            return result;
        }
        catch
        {
            // Whatever state it is in, nobody gets it again.
            statements.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var statements))
        {
            statements.Dispose();
        }
    }

    /// <summary>A connection string that leaves pooling to us: the driver's pool would keep the file open after disposal.</summary>
    public static string ConnectionString(string path, SqliteOpenMode mode = SqliteOpenMode.ReadWriteCreate) =>
        new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = mode }.ToString();

    private Statements Rent()
    {
        if (_idle.TryTake(out var idle))
        {
            Interlocked.Decrement(ref _idleCount);
            return idle;
        }

        // Never an empty file in the place of one that somebody has deleted.
        var connection = new SqliteConnection(ConnectionString(path, SqliteOpenMode.ReadWrite));
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "pragma busy_timeout = 5000; pragma temp_store = memory; pragma cache_size = -512; pragma query_only = on;";
            command.ExecuteNonQuery();
            return new Statements(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Return(Statements statements)
    {
        if (Interlocked.Increment(ref _idleCount) <= Kept && !_disposed)
        {
            _idle.Add(statements);
            if (_disposed)
            {
                // It may have come just after the pool was emptied.
                Dispose();
            }

            return;
        }

        Interlocked.Decrement(ref _idleCount);
        statements.Dispose();
    }
}
