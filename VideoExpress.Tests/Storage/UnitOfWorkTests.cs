using Hangfire;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>Rows of an application and background jobs in one commit.</summary>
public sealed class UnitOfWorkTests : SQLiteTest
{
    public UnitOfWorkTests()
    {
        CreateFilmTable();
    }

    [Fact]
    public void RowsAndAWholeChain_AreCommittedTogether()
    {
        string first, second, third;
        using (var unit = Storage.BeginUnitOfWork())
        {
            first = unit.Create(AJob("submit"), new EnqueuedState());
            second = unit.ContinueWith(first, AJob("poll"));
            third = unit.ContinueWith(second, AJob("upload"), new ScheduledState(TimeSpan.FromHours(1)));
            Execute(unit, $"insert into films (title, job) values ('Metropolis', '{first}')");
            Assert.Null(Connection.GetJobData(first));
            Assert.Equal(0, Ask<long>("select count(*) from films"));

            unit.Commit();
        }

        Assert.Equal(first, Ask<string>("select job from films where title = 'Metropolis'"));
        Assert.Equal(["Enqueued", "Awaiting", "Awaiting"], new[] { first, second, third }.Select(StateOf));
        Assert.Equal(1, Monitor.EnqueuedCount("default"));

        Assert.True(Client.ChangeState(first, new SucceededState(null, 1, 1), null));
        Assert.True(Client.ChangeState(second, new SucceededState(null, 1, 1), null));
        Assert.Equal(["Succeeded", "Succeeded", "Scheduled"], new[] { first, second, third }.Select(StateOf));
    }

    [Fact]
    public void TheClientOfHangfire_WorksInIt()
    {
        string first, second, scheduled, urgent;
        using (var unit = Storage.BeginUnitOfWork())
        {
            first = unit.Client.Enqueue(() => Work.Run("submit"));
            second = unit.Client.ContinueJobWith(first, () => Work.Run("poll"), JobContinuationOptions.OnAnyFinishedState);
            scheduled = unit.Client.Schedule(() => Work.Run("later"), TimeSpan.FromHours(1));
            urgent = unit.Client.Create(AJob(), new EnqueuedState("urgent"), new Dictionary<string, object> { ["Tenant"] = 7 });
            Assert.True(unit.Client.Delete(scheduled));
            Assert.False(unit.Client.Requeue(first, "Failed"));
            Assert.Same(Storage, unit.Client.Storage);
            unit.Commit();
        }

        Assert.Equal(["Enqueued", "Awaiting", "Deleted", "Enqueued"], new[] { first, second, scheduled, urgent }.Select(StateOf));
        Assert.Equal("7", Connection.GetJobParameter(urgent, "Tenant"));
        Client.Delete(first);
        Assert.Equal("Enqueued", StateOf(second));
    }

    [Fact]
    public void WithoutACommit_NothingHasHappened()
    {
        string id;
        using (var unit = Storage.BeginUnitOfWork())
        {
            id = unit.Create(AJob(), new EnqueuedState());
            Execute(unit, "insert into films (title) values ('Nosferatu')");
            unit.OnCommitted(() => Assert.Fail("It was not committed."));
        }

        Assert.Null(Connection.GetJobData(id));
        Assert.Equal(0, Ask<long>("select count(*) from films"));
        Assert.Equal(0, Monitor.EnqueuedCount("default"));
        Assert.Equal(0, Monitor.GetStatistics().Enqueued);
    }

    [Fact]
    public void AViolatedConstraint_TakesTheJobsWithIt()
    {
        using (var unit = Storage.BeginUnitOfWork())
        {
            unit.Create(AJob(), new EnqueuedState());
            Execute(unit, "insert into films (title) values ('M')");
            Assert.Throws<SqliteException>(() => Execute(unit, "insert into films (title) values ('M')"));
        }

        Assert.Equal(0, Ask<long>("select count(*) from hangfire_job"));
    }

    [Fact]
    public void OnCommitted_RunsAfterTheCommit_WhenOthersMayWrite()
    {
        var seen = new List<string>();
        using var unit = Storage.BeginUnitOfWork();
        var id = unit.Create(AJob(), new EnqueuedState());
        unit.OnCommitted(() =>
        {
            Connection.SetJobParameter(id, "written", "after");
            seen.Add(StateOf(id)!);
        });
        unit.OnCommitted(() => throw new InvalidOperationException("logged, no more"));
        unit.OnCommitted(() => seen.Add("last"));

        unit.Commit();

        Assert.Equal(["Enqueued", "last"], seen);
        Assert.Equal("after", Connection.GetJobParameter(id, "written"));
    }

    [Fact]
    public async Task AWaitingWorker_GetsTheJob_AfterTheCommitOnly()
    {
        using var connection = Open();
        var waiting = OwnThread.Run(() => connection.FetchNextJob(["default"], CancellationToken.None));
        await Eventually(() => Storage.Queues.CountWaiting() == 1);
        using var unit = Storage.BeginUnitOfWork();
        // From here on it writes at once.
        _ = unit.Connection;
        var id = unit.Create(AJob(), new EnqueuedState());
        Assert.Equal(1, Storage.Queues.CountWaiting());

        unit.Commit();

        using var fetched = await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(id, fetched.JobId);
    }

    [Fact]
    public void ChangeState_ReportsWhetherTheJobWasInAnExpectedState()
    {
        var id = CreateJobIn(new ScheduledState(TimeSpan.FromHours(1)));
        using var unit = Storage.BeginUnitOfWork(id);

        Assert.False(unit.ChangeState(id, new EnqueuedState(), ProcessingState.StateName));
        Assert.True(unit.ChangeState(id, new EnqueuedState(), ScheduledState.StateName));
        Assert.False(unit.ChangeState("987654321", new EnqueuedState()));
        Assert.Equal("Scheduled", StateOf(id));

        unit.Commit();
        Assert.Equal("Enqueued", StateOf(id));
        Assert.Empty(Connection.GetAllItemsFromSet("schedule"));
    }

    [Fact]
    public void ContinueWith_AFinishedParent_StartsAtOnce_AndAnUnknownOneThrows()
    {
        var parent = CreateJobIn(new EnqueuedState());
        Client.ChangeState(parent, new SucceededState(null, 1, 1), null);
        using var unit = Storage.BeginUnitOfWork();

        var child = unit.ContinueWith(parent, AJob());
        Assert.Throws<InvalidOperationException>(() => unit.ContinueWith("987654321", AJob()));
        unit.Commit();

        Assert.Equal("Enqueued", StateOf(child));
    }

    [Fact]
    public void TheStorageConnection_SeesWhatWasWritten_AndWritesIntoTheSameCommit()
    {
        using var unit = Storage.BeginUnitOfWork();
        var id = unit.Create(AJob(), new EnqueuedState());
        unit.StorageConnection.SetJobParameter(id, "name", "value");
        Assert.Equal("value", unit.StorageConnection.GetJobParameter(id, "name"));
        Assert.Equal("Enqueued", unit.StorageConnection.GetStateData(id)!.Name);
        Assert.Throws<NotSupportedException>(() => unit.StorageConnection.FetchNextJob(["default"], CancellationToken.None));

        unit.Commit();
        Assert.Equal("value", Connection.GetJobParameter(id, "name"));
    }

    [Fact]
    public void AFailedPart_LeavesNoTrace_AndTheRestGoesOn()
    {
        var id = CreateJobIn(new EnqueuedState());
        using (var unit = Storage.BeginUnitOfWork(id))
        {
            Execute(unit, "insert into films (title) values ('Pandora')");
            using (var part = (SQLiteStorageTransaction)unit.StorageConnection.CreateWriteTransaction())
            {
                part.AddToSet("set", "item");
                part.AddToQueue("default", id);
                part.Enlist(_ => throw new InvalidOperationException("no"));
                Assert.Throws<InvalidOperationException>(part.Commit);
            }

            unit.Commit();
        }

        Assert.Equal(1, Ask<long>("select count(*) from films"));
        Assert.Empty(Connection.GetAllItemsFromSet("set"));
        Assert.Equal(1, Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public void AfterItsEnd_ItRefusesToWrite()
    {
        using var unit = Storage.BeginUnitOfWork();
        unit.Commit();

        Assert.Throws<InvalidOperationException>(() => unit.Create(AJob(), new EnqueuedState()));
        Assert.Throws<InvalidOperationException>(() => unit.Connection);
        Assert.Throws<InvalidOperationException>(unit.Commit);
    }

    [Fact]
    public void AnotherWriteOnTheSameThread_IsRefused_RatherThanWaitedForForEver()
    {
        var id = CreateJobIn(new EnqueuedState());
        using var unit = Storage.BeginUnitOfWork();

        Assert.Throws<InvalidOperationException>(() => Connection.SetJobParameter(id, "name", "value"));
        Assert.Throws<InvalidOperationException>(() => Storage.BeginUnitOfWork());
        Assert.Equal("Enqueued", StateOf(id));
    }

    [Fact]
    public async Task AnotherThread_WaitsForItsTurn()
    {
        var id = CreateJobIn(new EnqueuedState());
        Task waiting;
        using (var unit = Storage.BeginUnitOfWork())
        {
            _ = unit.Connection;
            waiting = OwnThread.Run(() => Connection.SetJobParameter(id, "name", "of the other"));
            await Eventually(() => Storage.Writer.CountWaiting() == 1);
            unit.StorageConnection.SetJobParameter(id, "name", "of the unit");
            Assert.Equal("of the unit", unit.StorageConnection.GetJobParameter(id, "name"));
            unit.Commit();
        }

        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("of the other", Connection.GetJobParameter(id, "name"));
    }

    [Fact]
    public void Read_SeesOneSnapshot_AndCannotWrite()
    {
        var (before, after) = Storage.Read(connection =>
        {
            var first = Count(connection);
            CreateJobIn(new EnqueuedState());
            return (first, Count(connection));
        });

        Assert.Equal(before, after);
        Assert.Equal(before + 1, Ask<long>("select count(*) from hangfire_job"));
        Assert.Throws<SqliteException>(() => Ask<long>("insert into films (title) values ('no') returning id"));

        static long Count(SqliteConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "select count(*) from hangfire_job";
            return (long)command.ExecuteScalar()!;
        }
    }

    [Fact]
    public void AJobThatIsBeingChangedElsewhere_IsNotWaitedFor()
    {
        var id = CreateJobIn(PlainState.Processing());
        using var worker = Open();
        using var held = worker.AcquireDistributedJobLock(id, TimeSpan.Zero);
        using var unit = Storage.BeginUnitOfWork();

        Assert.Throws<DistributedLockTimeoutException>(() => unit.ChangeState(id, new DeletedState()));
        Assert.Throws<DistributedLockTimeoutException>(() => unit.ContinueWith(id, AJob()));
    }

    [Fact]
    public async Task BeginUnitOfWork_WaitsForTheLocksOfTheJobsNamed_BeforeItBegins()
    {
        var id = CreateJobIn(PlainState.Processing());
        using var worker = Open();
        var held = worker.AcquireDistributedJobLock(id, TimeSpan.Zero);
        var waiting = OwnThread.Run(() =>
        {
            using var unit = Storage.BeginUnitOfWork(id);
            var changed = unit.ChangeState(id, new DeletedState());
            unit.Commit();
            return changed;
        });

        await Eventually(() => Storage.Locks.CountWaiting($"job:{id}:state-lock") == 1);
        worker.SetJobParameter(id, "written", "by the holder of the lock");
        held.Dispose();

        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("Deleted", StateOf(id));
        Connection.AcquireDistributedJobLock(id, TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void Locks_AreHeldUntilTheEnd()
    {
        var id = CreateJobIn(new EnqueuedState());
        using (var unit = Storage.BeginUnitOfWork())
        {
            unit.ChangeState(id, new DeletedState());
            Assert.Throws<DistributedLockTimeoutException>(() => Connection.AcquireDistributedJobLock(id, TimeSpan.Zero));
        }

        Connection.AcquireDistributedJobLock(id, TimeSpan.Zero).Dispose();
        Assert.Equal("Enqueued", StateOf(id));
    }
}
