using Hangfire.States;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Storage.SQLite.Schema;

namespace VideoExpress.Tests.Storage;

/// <summary>The file itself: made, upgraded, refused, shared with an application.</summary>
public sealed class FileTests : SQLiteTest
{
    [Fact]
    public void AMissingFolder_IsMade()
    {
        using var folder = new TempFolder();
        using var storage = new SQLiteStorage(folder.File("some/where/deep/hangfire.db"));

        Assert.True(File.Exists(storage.Path));
    }

    [Fact]
    public void ASecondStorage_InTheSameProcess_IsRefused()
    {
        var refused = Assert.Throws<SQLiteStorageInUseException>(() => new SQLiteStorage(FilePath));

        Assert.Equal(FilePath, refused.Path);
        Assert.Equal(Environment.ProcessId, refused.OwnerProcessId);
    }

    [Fact]
    public void ALinkToTheFile_IsTheSameFile()
    {
        using var folder = new TempFolder();
        File.CreateSymbolicLink(folder.File("link.db"), FilePath);

        Assert.Equal(FilePath, Assert.Throws<SQLiteStorageInUseException>(() => new SQLiteStorage(folder.File("link.db"))).Path);
    }

    [Fact]
    public void TheFile_IsDurableAndKeepsItself()
    {
        Assert.Equal("wal", Ask<string>("pragma journal_mode"));
        Assert.Equal(2, Ask<long>("pragma auto_vacuum"));
        using var unit = Storage.BeginUnitOfWork();
        Assert.Equal([2L, 1L], new[] { "pragma synchronous", "pragma foreign_keys" }.Select(pragma =>
        {
            using var command = unit.Connection.CreateCommand();
            command.CommandText = pragma;
            return (long)command.ExecuteScalar()!;
        }));
    }

    [Fact]
    public void EverythingIsThere_AfterARestart()
    {
        var enqueued = CreateJobIn(new EnqueuedState());
        var scheduled = CreateJobIn(new ScheduledState(TimeSpan.FromHours(1)));
        Connection.AnnounceServer("of a dead process", new Hangfire.Server.ServerContext { Queues = ["default"], WorkerCount = 1 });

        Restart();

        Assert.Equal(["Enqueued", "Scheduled"], new[] { enqueued, scheduled }.Select(StateOf));
        Assert.Equal(1, Monitor.EnqueuedCount("default"));
        Assert.Empty(Monitor.Servers());
        using var fetched = Connection.FetchNextJob(["default"], CancellationToken.None);
        Assert.Equal(enqueued, fetched.JobId);
    }

    [Fact]
    public void AnId_IsNeverGivenTwice()
    {
        var last = CreateJobIn(new EnqueuedState());
        using (var unit = Storage.BeginUnitOfWork())
        {
            Execute(unit, "delete from hangfire_job");
            unit.Commit();
        }

        Restart();

        Assert.NotEqual(last, CreateJobIn(new EnqueuedState()));
    }

    [Fact]
    public void Ids_GoOn_Beyond32Bits()
    {
        CreateJobIn(new EnqueuedState());
        using (var unit = Storage.BeginUnitOfWork())
        {
            Execute(unit, "update hangfire_job_id set last = 4294967296");
            unit.Commit();
        }

        Restart();

        var id = CreateJobIn(new EnqueuedState());
        Assert.Equal("4294967297", id);
        Assert.Equal("Enqueued", Monitor.JobDetails(id)!.History[0].StateName);
        Assert.Contains(id, Monitor.EnqueuedJobs("default", 0, 10).Select(job => job.Key));
    }

    [Fact]
    public void AMigrationThatFailsHalfWay_LeavesTheOldVersion_AndAllItsRows()
    {
        using var folder = new TempFolder();
        using var connection = new SqliteConnection($"Data Source={folder.File("hangfire.db")};Pooling=False");
        connection.Open();
        var scripts = new SortedDictionary<int, string> { [1] = "create table hangfire_films (title text); insert into hangfire_films values ('Stalker')" };
        Migrator.Migrate(connection, scripts, TimeProvider.System);
        var schema = Scalar(connection, "select group_concat(sql) from sqlite_master");
        scripts.Add(2, "alter table hangfire_films add column year integer check (year > 1800); update hangfire_films set title = 'x'");
        scripts.Add(3, "alter table hangfire_films add column length integer check (length > 0); update hangfire_films set nothing = 1");

        Assert.Throws<SqliteException>(() => Migrator.Migrate(connection, scripts, TimeProvider.System));

        Assert.Equal(schema, Scalar(connection, "select group_concat(sql) from sqlite_master"));
        Assert.Equal("Stalker", Scalar(connection, "select title from hangfire_films"));
        Assert.Equal(1L, Scalar(connection, "select max(version) from hangfire_schema"));

        scripts[3] = "update hangfire_films set year = 1979";
        Migrator.Migrate(connection, scripts, TimeProvider.System);
        Assert.Equal(1979L, Scalar(connection, "select year from hangfire_films"));
        Assert.Equal(3L, Scalar(connection, "select count(*) from hangfire_schema"));
    }

    [Fact]
    public void AnApplicationsFile_IsGivenOurTables_AndKeepsItsOwn()
    {
        using var folder = new TempFolder();
        var path = folder.File("app.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "create table films (title text); insert into films values ('Stalker'); pragma user_version = 7";
            command.ExecuteNonQuery();
        }

        using var storage = new SQLiteStorage(path);

        Assert.Equal("Stalker", storage.Read(connection => Scalar(connection, "select title from films")));
        Assert.Equal(7L, storage.Read(connection => Scalar(connection, "pragma user_version")));
        var version = storage.Read(connection => Scalar(connection, "select max(version) from hangfire_schema"));
        Assert.Equal((long)Migrator.LatestVersion, version);
    }

    [Fact]
    public void Tables_AreAllNamedAfterHangfire() =>
        Assert.Equal(0, Ask<long>("select count(*) from sqlite_master where name not like 'hangfire_%' and name not like 'sqlite_%'"));

    [Fact]
    public async Task ADisposedStorage_RefusesToWork_AndSendsWaitingWorkersAway()
    {
        var waiting = OwnThread.Run(() => Connection.FetchNextJob(["default"], CancellationToken.None));
        await Eventually(() => Storage.Queues.CountWaiting() == 1);

        Storage.Dispose();
        Storage.Dispose();

        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.ThrowsAny<ObjectDisposedException>(() => Connection.GetJobData("1"));
        Assert.ThrowsAny<ObjectDisposedException>(() => Connection.CreateExpiredJob(AJob(), None, Now(), TimeSpan.FromHours(1)));
        Assert.False(File.Exists(FilePath + "-wal"));
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
