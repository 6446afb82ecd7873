using Hangfire.Common;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>A backup is the file as it was at one moment, and a whole one or none.</summary>
public sealed class BackupTests : SQLiteTest
{
    private string Folder => Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(FilePath)!, "backups")).FullName;

    private string Target => Path.Combine(Folder, "backup.db");

    [Fact]
    public async Task ABackup_OpensAsAStorage_WithEverythingThatWasCommitted()
    {
        CreateFilmTable();
        var enqueued = CreateJobIn(new EnqueuedState());
        var scheduled = CreateJobIn(new ScheduledState(TimeSpan.FromHours(1)));

        await Storage.BackUpAsync(Target);
        CreateJobIn(new EnqueuedState());

        Assert.Equal([Target], Directory.GetFiles(Folder));
        using var copy = new SQLiteStorage(Target);
        using var connection = copy.GetConnection();
        Assert.Equal(["Enqueued", "Scheduled"], new[] { enqueued, scheduled }.Select(id => connection.GetJobData(id).State));
        Assert.Equal(1, copy.GetMonitoringApi().EnqueuedCount("default"));
        Assert.Equal(0L, Ask(copy, "select count(*) from films"));
    }

    [Fact]
    public async Task ABackup_UnderWriters_HasEachUnitOfWorkWhollyOrNotAtAll()
    {
        CreateFilmTable();
        AddBallast(48);
        using var stop = new CancellationTokenSource();
        var commits = 0;
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Factory.StartNew(
            () =>
            {
                for (var number = 0; !stop.IsCancellationRequested; number++)
                {
                    AddFilm($"{writer}/{number}");
                    Interlocked.Increment(ref commits);
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

        var copiedWhileOthersWrote = 0;
        for (var round = 0; round < 20 && copiedWhileOthersWrote < 3; round++)
        {
            var before = Volatile.Read(ref commits);
            // Were it to begin again with every commit, it would never end.
            await Storage.BackUpAsync(Target).WaitAsync(TimeSpan.FromSeconds(20));
            copiedWhileOthersWrote += Volatile.Read(ref commits) > before + 4 ? 1 : 0;
            AssertWhole(Target);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(3, copiedWhileOthersWrote);
    }

    [Fact]
    public async Task ABackup_HasNothingOfWhatIsCommittedWhileItIsMade()
    {
        CreateFilmTable();
        AddBallast(64);
        using var begun = new SemaphoreSlim(0);
        using var watcher = WatchForACopy(() => begun.Release());

        var backup = Storage.BackUpAsync(Target);
        await begun.WaitAsync(TimeSpan.FromSeconds(20));
        AddFilm("Stalker");
        await backup;

        using var copy = new SQLiteStorage(Target);
        Assert.Equal(0L, Ask(copy, "select count(*) from films"));
    }

    [Fact]
    public async Task ABackup_ReplacesTheOneBefore()
    {
        CreateFilmTable();
        await Storage.BackUpAsync(Target);
        AddFilm("Stalker");
        await Storage.BackUpAsync(Target);

        using var copy = new SQLiteStorage(Target);
        Assert.Equal(1L, Ask(copy, "select count(*) from films"));
    }

    [Fact]
    public async Task ACancelledBackup_LeavesNothing_AndTheOneBeforeAsItWas()
    {
        File.WriteAllText(Target, "the one before");
        AddBallast(64);
        using var cancellation = new CancellationTokenSource();
        using var watcher = WatchForACopy(cancellation.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.BackUpAsync(Target, cancellation.Token));

        Assert.Equal([Target], Directory.GetFiles(Folder));
        Assert.Equal("the one before", File.ReadAllText(Target));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.BackUpAsync(Target, cancellation.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData("-journal")]
    [InlineData(".lock")]
    [InlineData(".pid")]
    public async Task TheFilesOfAnOpenStorage_AreNoTarget(string suffix)
    {
        CreateJobIn(new EnqueuedState());

        await Assert.ThrowsAsync<SQLiteStorageInUseException>(() => Storage.BackUpAsync(FilePath + suffix));

        Directory.CreateSymbolicLink(Path.Combine(Folder, "link"), Path.GetDirectoryName(FilePath)!);
        var linked = Path.Combine(Folder, "link", Path.GetFileName(FilePath)) + suffix;
        await Assert.ThrowsAsync<SQLiteStorageInUseException>(() => Storage.BackUpAsync(linked));
        Assert.NotNull(CreateJobIn(new EnqueuedState()));
    }

    [Fact]
    public async Task ATargetThatCannotBe_IsRefusedWithASentence()
    {
        var missing = await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Storage.BackUpAsync(Path.Combine(Folder, "missing/backup.db")));
        Assert.Contains("does not exist", missing.Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", (await Assert.ThrowsAsync<IOException>(() => Storage.BackUpAsync(Folder))).Message, StringComparison.Ordinal);
        File.WriteAllText(Target + "-wal", "of another database");
        Assert.Contains("write-ahead log", (await Assert.ThrowsAsync<IOException>(() => Storage.BackUpAsync(Target))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => Storage.BackUpAsync(" "));
        Assert.Equal([Target + "-wal"], Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task ADisposedStorage_HasNoBackup()
    {
        Storage.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Storage.BackUpAsync(Target));
        Assert.Empty(Directory.GetFiles(Folder));
    }

    private FileSystemWatcher WatchForACopy(Action begun)
    {
        var watcher = new FileSystemWatcher(Folder, "*.partial");
        watcher.Created += (_, _) => begun();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    /// <summary>A row of the application and a chain of two, in one commit.</summary>
    private void AddFilm(string title)
    {
        using var unit = Storage.BeginUnitOfWork();
        var first = unit.Create(Job.FromExpression(() => Work.Run("first")), new EnqueuedState());
        unit.ContinueWith(first, Job.FromExpression(() => Work.Run("next")));
        Execute(unit, $"insert into films (title, job) values ('{title}', '{first}')");
        unit.Commit();
    }

    private void AddBallast(int megabytes)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, "create table ballast (data blob)");
        for (var megabyte = 0; megabyte < megabytes; megabyte++)
        {
            Execute(unit, "insert into ballast values (randomblob(1000000))");
        }

        unit.Commit();
    }

    private static void AssertWhole(string path)
    {
        using var copy = new SQLiteStorage(path);
        Assert.Equal("ok", Ask(copy, "pragma integrity_check"));
        Assert.Equal(0L, Ask(copy, "select count(*) from films f left join hangfire_job j on j.id = f.job where j.state is not 'Enqueued'"));
        Assert.Equal(0L, Ask(copy, "select (select count(*) from hangfire_job) - 2 * (select count(*) from films)"));
        Assert.Equal(0L, Ask(copy, "select (select count(*) from hangfire_queue) - (select count(*) from films)"));
    }

    private static object? Ask(SQLiteStorage storage, string sql) => storage.Read(connection =>
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    });
}
