using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>A fresh file, its storage, and short ways to write to it.</summary>
public abstract class SQLiteTest : IDisposable
{
    private readonly TempFolder _folder = new();

    protected SQLiteTest(SQLiteStorageOptions? options = null)
    {
        Options = options ?? new SQLiteStorageOptions();
        Storage = new SQLiteStorage(FilePath, Options);
        Connection = (JobStorageConnection)Storage.GetConnection();
    }

    protected SQLiteStorageOptions Options { get; }

    protected string FilePath => _folder.File("hangfire.db");

    protected SQLiteStorage Storage { get; private set; }

    protected JobStorageConnection Connection { get; private set; }

    protected JobStorageMonitor Monitor => (JobStorageMonitor)Storage.GetMonitoringApi();

    protected BackgroundJobClient Client => new(Storage);

    public void Dispose()
    {
        Connection.Dispose();
        Storage.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static Job AJob(string argument = "x") => Job.FromExpression(() => Work.Run(argument));

    protected static DateTime Now() => TimeProvider.System.GetUtcNow().UtcDateTime;

    /// <summary>For a job without parameters.</summary>
    protected static Dictionary<string, string?> None => [];

    protected void Restart()
    {
        Connection.Dispose();
        Storage.Dispose();
        Storage = new SQLiteStorage(FilePath, Options);
        Connection = (JobStorageConnection)Storage.GetConnection();
    }

    protected JobStorageConnection Open() => (JobStorageConnection)Storage.GetConnection();

    protected void Commit(Action<SQLiteStorageTransaction> write)
    {
        using var transaction = (SQLiteStorageTransaction)Connection.CreateWriteTransaction();
        write(transaction);
        transaction.Commit();
    }

    protected string CreateJobIn(IState state) => Client.Create(AJob(), state);

    protected string? StateOf(string id) => Connection.GetJobData(id)?.State;

    /// <summary>The first column of the first row.</summary>
    protected T? Ask<T>(string sql) => Storage.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is T value ? value : default;
    });

    protected static void Execute(SQLiteUnitOfWork unit, string sql)
    {
        using var command = unit.Connection.CreateCommand();
        command.Transaction = unit.Transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>A table such as an application keeps in the same file.</summary>
    protected void CreateFilmTable()
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, "create table films (id integer primary key, title text not null unique, job text)");
        unit.Commit();
    }

    protected static async Task Eventually(Func<bool> condition, TimeSpan? within = null)
    {
        var deadline = TimeProvider.System.GetUtcNow() + (within ?? TimeSpan.FromSeconds(20));
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "It did not happen in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
