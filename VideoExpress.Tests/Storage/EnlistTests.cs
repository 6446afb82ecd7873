using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>An application's rows in Hangfire's own commits.</summary>
public sealed class EnlistTests : SQLiteTest
{
    public EnlistTests()
    {
        CreateFilmTable();
    }

    [Fact]
    public void ACommand_IsCommittedWithTheState_AndSeesIt()
    {
        var id = CreateJobIn(new EnqueuedState());
        string? seen = null;

        ChangeState(id, PlainState.Processing(), unit =>
        {
            seen = unit.StorageConnection.GetJobData(id)!.State;
            Execute(unit, $"insert into films (title, job) values ('Sunrise', '{id}')");
        });

        Assert.Equal("Processing", seen);
        Assert.Equal(id, Ask<string>("select job from films"));
    }

    [Fact]
    public void Nothing_IsRun_WithoutACommit()
    {
        using var transaction = (SQLiteStorageTransaction)Connection.CreateWriteTransaction();
        transaction.Enlist(_ => Assert.Fail("It was not committed."));
    }

    [Fact]
    public void AnException_RollsBackEverything_AndSurfaces()
    {
        var id = CreateJobIn(new EnqueuedState());

        var exception = Assert.Throws<NotSupportedException>(() => ChangeState(id, PlainState.Processing(), unit =>
        {
            Execute(unit, "insert into films (title) values ('Lost')");
            unit.Create(AJob(), new EnqueuedState());
            throw new NotSupportedException("surfaces");
        }));

        Assert.Equal("surfaces", exception.Message);
        Assert.Equal("Enqueued", StateOf(id));
        Assert.Equal(0, Ask<long>("select count(*) from films"));
        Assert.Equal(1, Ask<long>("select count(*) from hangfire_job"));
        Assert.Equal(1, Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public void Commands_RunInTheirOrder_AfterHangfiresOwn()
    {
        var order = new List<string>();
        Commit(transaction =>
        {
            transaction.Enlist(unit => order.Add("1:" + unit.StorageConnection.GetSetCount("set")));
            transaction.AddToSet("set", "item");
            transaction.Enlist(_ => order.Add("2"));
        });

        Assert.Equal(["1:1", "2"], order);
    }

    [Fact]
    public void ACommand_MayCreateAWholeChain()
    {
        var id = CreateJobIn(new EnqueuedState());
        string[] chain = [];

        ChangeState(id, new SucceededState(null, 1, 1), unit =>
        {
            var first = unit.Create(AJob(), new EnqueuedState());
            chain = [first, unit.ContinueWith(first, AJob())];
        });

        Assert.Equal(["Enqueued", "Awaiting"], chain.Select(StateOf));
    }

    [Fact]
    public void OnCommitted_RunsAfterTheOuterCommit()
    {
        var id = CreateJobIn(new EnqueuedState());
        string? seen = null;

        ChangeState(id, PlainState.Processing(), unit => unit.OnCommitted(() => seen = StateOf(id)));

        Assert.Equal("Processing", seen);
    }

    [Fact]
    public void ACommand_CannotCommitByItself()
    {
        var id = CreateJobIn(new EnqueuedState());

        Assert.Throws<InvalidOperationException>(() => ChangeState(id, PlainState.Processing(), unit => unit.Commit()));
        Assert.Equal("Enqueued", StateOf(id));
    }

    [Fact]
    public void AWriteAroundTheUnitOfWork_IsRefused()
    {
        var id = CreateJobIn(new EnqueuedState());

        Assert.Throws<InvalidOperationException>(() =>
            ChangeState(id, PlainState.Processing(), _ => Connection.SetJobParameter(id, "name", "value")));
    }

    [Fact]
    public void ACommand_MayChangeTheVeryJob_FromItsNewState()
    {
        var id = CreateJobIn(new EnqueuedState());

        ChangeState(id, PlainState.Processing(), unit =>
        {
            Assert.False(unit.ChangeState(id, new DeletedState(), EnqueuedState.StateName));
            Assert.True(unit.ChangeState(id, new ScheduledState(TimeSpan.FromHours(1)), ProcessingState.StateName));
        });

        Assert.Equal("Scheduled", StateOf(id));
        Assert.Equal(["Scheduled", "Processing", "Enqueued"], Monitor.JobDetails(id)!.History.Select(state => state.StateName));
    }

    [Fact]
    public void ACommand_MayContinueTheVeryJob()
    {
        var id = CreateJobIn(new EnqueuedState());
        string? child = null;

        ChangeState(id, new SucceededState(null, 1, 1), unit => child = unit.ContinueWith(id, AJob()));

        Assert.Equal("Enqueued", StateOf(child!));
    }

    [Fact]
    public async Task ACommand_ThatNeedsAForeignLock_GivesWay_AndIsRunAgain()
    {
        var (mine, other) = (CreateJobIn(new EnqueuedState()), CreateJobIn(new EnqueuedState()));
        using var worker = Open();
        var held = worker.AcquireDistributedJobLock(other, TimeSpan.Zero);
        var runs = 0;
        var firstRun = new TaskCompletionSource();

        var change = Task.Run(() => ChangeState(mine, PlainState.Processing(), unit =>
        {
            Execute(unit, "insert into films (title) values ('Vampyr')");
            runs++;
            firstRun.TrySetResult();
            unit.ChangeState(other, new DeletedState());
        }));
        await firstRun.Task;
        // The holder of the lock can write, so nobody waits for each other.
        worker.SetJobParameter(other, "written", "meanwhile");
        held.Dispose();

        await change.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2, runs);
        Assert.Equal(["Processing", "Deleted"], new[] { mine, other }.Select(StateOf));
        Assert.Equal(1, Ask<long>("select count(*) from films"));
    }

    [Fact]
    public void ALockThatIsNotGivenBack_EndsInAnException_WithNothingDone()
    {
        var (mine, other) = (CreateJobIn(new EnqueuedState()), CreateJobIn(new EnqueuedState()));
        using var worker = Open();
        using var held = worker.AcquireDistributedJobLock(other, TimeSpan.Zero);

        Assert.Throws<DistributedLockTimeoutException>(() =>
            ChangeState(mine, PlainState.Processing(), unit => unit.ChangeState(other, new DeletedState())));
        Assert.Equal("Enqueued", StateOf(mine));
        using var free = Open();
        free.AcquireDistributedJobLock(mine, TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task ChangesThatWantEachOthersJobs_BothSucceed_InTheEnd()
    {
        var ids = new[] { CreateJobIn(new EnqueuedState()), CreateJobIn(new EnqueuedState()) };

        await Task.WhenAll(Enumerable.Range(0, 2).Select(index => Task.Run(() =>
        {
            for (var round = 0; round < 20; round++)
            {
                try
                {
                    ChangeState(ids[index], new EnqueuedState(), unit => unit.ChangeState(ids[1 - index], new EnqueuedState()));
                }
                catch (DistributedLockTimeoutException)
                {
                    // What a worker does: it tries again.
                    round--;
                }
            }
        }))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(41, Monitor.JobDetails(ids[0])!.History.Count);
    }

    [Fact]
    public void AFilter_WritesItsRows_InEveryChangeOfState()
    {
        var filters = new JobFilterCollection { new FilmFilter() };
        var client = new BackgroundJobClient(Storage, filters);

        var id = client.Create(AJob(), new EnqueuedState());
        client.ChangeState(id, PlainState.Processing(), null);

        Assert.Equal("Enqueued,Processing", Ask<string>("select group_concat(title) from films"));
    }

    /// <summary>Changes a state with a filter that enlists the command.</summary>
    private void ChangeState(string id, IState state, Action<SQLiteUnitOfWork> command)
    {
        var filters = new JobFilterCollection { new EnlistingFilter(command) };
        using var connection = Storage.GetConnection();
        new BackgroundJobStateChanger(filters).ChangeState(new StateChangeContext(Storage, connection, id, state));
    }

    private sealed class EnlistingFilter(Action<SQLiteUnitOfWork> command) : IApplyStateFilter
    {
        public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
            ((SQLiteStorageTransaction)transaction).Enlist(command);

        public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
        }
    }

    private sealed class FilmFilter : IApplyStateFilter
    {
        public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
            ((SQLiteStorageTransaction)transaction).Enlist(unit =>
                Execute(unit, $"insert into films (title) values ('{context.NewState.Name}')"));

        public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
        }
    }
}
