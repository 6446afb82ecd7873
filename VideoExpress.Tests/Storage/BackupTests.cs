using Hangfire.Common;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Storage.SQLite.Maintenance;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>A backup is the file as it was at one moment, and a whole one or none.</summary>
public sealed class BackupTests : SQLiteTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly Clock _clock;

    public BackupTests()
        : this(new Clock())
    {
    }

    private BackupTests(Clock clock)
        : base(new SQLiteStorageOptions { TimeProvider = clock })
    {
        _clock = clock;
    }

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
        AddBallast(4);
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

        for (var round = 0; round < 3; round++)
        {
            // Were it to begin again with every commit, it would never end.
            using var limit = new CancellationTokenSource(Soon);
            Backup.Run(Storage, Target, WaitForCommits, limit.Token);
            AssertWhole(Target);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers).WaitAsync(Soon);

        void WaitForCommits()
        {
            var before = Volatile.Read(ref commits);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref commits) > before + 4, Soon), "The writers wait for the backup.");
        }
    }

    [Fact]
    public void ABackup_HasNothingOfWhatIsCommittedWhileItIsMade()
    {
        CreateFilmTable();
        AddBallast(4);
        var steps = 0;
        using var limit = new CancellationTokenSource(Soon);

        Backup.Run(Storage, Target, () => AddFilm($"Stalker {steps++}"), limit.Token);

        using var copy = new SQLiteStorage(Target);
        Assert.Equal(0L, Ask(copy, "select count(*) from films"));
        Assert.InRange(steps, 4, int.MaxValue);
        Assert.Equal(steps, Ask<long>("select count(*) from films"));
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
    public void ACancelledBackup_LeavesNothing_AndTheOneBeforeAsItWas()
    {
        AddBallast(4);
        var all = 0;
        Backup.Run(Storage, Target, () => all++, CancellationToken.None);
        Assert.InRange(all, 4, int.MaxValue);
        File.WriteAllText(Target, "the one before");

        for (var last = 1; last <= all; last++)
        {
            using var cancellation = new CancellationTokenSource();
            var steps = 0;

            Assert.ThrowsAny<OperationCanceledException>(() => Backup.Run(Storage, Target, CancelAfterTheLast, cancellation.Token));

            Assert.Equal(last, steps);
            AssertOnlyTheOneBefore();

            void CancelAfterTheLast()
            {
                if (++steps == last)
                {
                    cancellation.Cancel();
                }
            }
        }
    }

    [Fact]
    public async Task ACancellation_ReachesABackup_ThatHasBegun()
    {
        File.WriteAllText(Target, "the one before");
        using var cancellation = new CancellationTokenSource();
        // A backup takes its name from the time, before anything else.
        _clock.Asked = cancellation.Cancel;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Storage.BackUpAsync(Target, cancellation.Token));

        AssertOnlyTheOneBefore();
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

    private void AssertOnlyTheOneBefore()
    {
        Assert.Equal([Target], Directory.GetFiles(Folder));
        Assert.Equal("the one before", File.ReadAllText(Target));
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

    /// <summary>The system's, which tells when it is asked.</summary>
    private sealed class Clock : TimeProvider
    {
        public Action Asked { get; set; } = () => { };

        public override DateTimeOffset GetUtcNow()
        {
            Asked();
            return System.GetUtcNow();
        }
    }
}
