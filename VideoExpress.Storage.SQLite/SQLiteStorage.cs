using Hangfire;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;

namespace VideoExpress.Storage.SQLite;

/// <summary>A Hangfire storage that keeps everything in one SQLite file, owned by one process.</summary>
public class SQLiteStorage : JobStorage, IDisposable
{
    private readonly SqliteConnection _keeper;
    private readonly SemaphoreSlim _writer = new(1, 1);

    /// <summary>Opens or creates the file at <paramref name="path"/>.</summary>
    public SQLiteStorage(string path)
        : this(path, new SQLiteStorageOptions())
    {
    }

    /// <summary>Opens or creates the file at <paramref name="path"/>.</summary>
    public SQLiteStorage(string path, SQLiteStorageOptions options)
    {
        Path = path;
        Options = options;
        _keeper = Open();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The settings.</summary>
    public SQLiteStorageOptions Options { get; }

    /// <summary>Runs a read on a pooled connection: one consistent snapshot, no writes.</summary>
    public T Read<T>(Func<SqliteConnection, T> query)
    {
        using var connection = Open();
        return query(connection);
    }

    /// <summary>Begins a write transaction in which an application's rows and Hangfire's jobs are committed together.</summary>
    public SQLiteUnitOfWork BeginUnitOfWork()
    {
        _writer.Wait();
        return new SQLiteUnitOfWork(Open(), () => _writer.Release());
    }

    /// <inheritdoc />
    public override IMonitoringApi GetMonitoringApi() => throw new NotImplementedException();

    /// <inheritdoc />
    public override IStorageConnection GetConnection() => throw new NotImplementedException();

    /// <inheritdoc />
    public void Dispose()
    {
        _keeper.Dispose();
        _writer.Dispose();
        GC.SuppressFinalize(this);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Path}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "pragma journal_mode=wal; pragma synchronous=full; pragma foreign_keys=on; pragma busy_timeout=5000;";
        command.ExecuteNonQuery();
        return connection;
    }
}
