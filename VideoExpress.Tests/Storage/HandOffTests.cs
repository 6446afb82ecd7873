using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests.Storage;

/// <summary>The next step of a chain starts in the transaction that ends the one before.</summary>
public sealed class HandOffTests : SQLiteTest
{
    [Fact]
    public async Task NoSnapshot_ShowsAHandOffHalfDone()
    {
        const int chains = 220, steps = 4;
        var (snapshots, halfDone) = (0, 0L);
        using (new TestServer(Storage))
        {
            var drained = false;
            var watching = Task.Run(() =>
            {
                while (!drained || snapshots < 1000)
                {
                    halfDone += Ask<long>(Audit.HandOffsHalfDone);
                    snapshots++;
                }
            });
            for (var chain = 0; chain < chains; chain++)
            {
                CreateChain(steps);
            }

            await Eventually(() => Monitor.SucceededListCount() == chains * steps, TimeSpan.FromSeconds(60));
            drained = true;
            await watching;
        }

        Assert.Equal(0, halfDone);
        Assert.InRange(snapshots, 1000, int.MaxValue);
        Assert.Equal(chains * steps, Ask<long>("select count(*) from hangfire_state where name = 'Succeeded'"));
    }

    [Fact]
    public void TheFilter_TakesThePlaceOfHangfires_Once()
    {
        TransactionalContinuationsAttribute.ReplaceStockFilter();

        Assert.Single(GlobalJobFilters.Filters, filter => filter.Instance is TransactionalContinuationsAttribute);
        Assert.DoesNotContain(GlobalJobFilters.Filters, filter => filter.Instance is ContinuationsSupportAttribute);
    }

    [Fact]
    public void ParentChildAndApplicationRow_AreOneCommit()
    {
        CreateFilmTable();
        var (first, second) = CreateChain(2);
        using var connection = Storage.GetConnection();
        var filters = new JobFilterCollection { new TransactionalContinuationsAttribute(), new Failing() };

        Assert.Throws<NotSupportedException>(() => new BackgroundJobStateChanger(filters).ChangeState(
            new StateChangeContext(Storage, connection, first, new SucceededState(null, 1, 1))));

        Assert.Equal("Enqueued", StateOf(first));
        Assert.Equal("Awaiting", StateOf(second));
        Assert.Equal(1, Monitor.EnqueuedCount("default"));
        Assert.Equal(0, Ask<long>("select count(*) from films"));
    }

    [Fact]
    public void TwoContinuationsAddedInOneTransaction_AreBothKept()
    {
        var parent = CreateJobIn(new EnqueuedState());
        var children = new[] { CreateJobIn(new EnqueuedState()), CreateJobIn(new EnqueuedState()) };
        using (var connection = Open())
        {
            using var transaction = (SQLiteStorageTransaction)connection.CreateWriteTransaction();
            foreach (var child in children)
            {
                Await(connection, transaction, child, parent);
            }

            transaction.Commit();
        }

        Assert.Equal(["Awaiting", "Awaiting"], children.Select(StateOf));
        Client.ChangeState(parent, new SucceededState(null, 1, 1), null);
        Assert.Equal(["Enqueued", "Enqueued"], children.Select(StateOf));
    }

    [Fact]
    public void AContinuation_IsOneCommit_AndLosesNoParentInBetween()
    {
        var parent = CreateJobIn(new EnqueuedState());
        using var connection = Open();
        using var transaction = (SQLiteStorageTransaction)connection.CreateWriteTransaction();
        var child = transaction.CreateJob(AJob(), None, Now(), TimeSpan.FromHours(1));
        transaction.Commit();
        Await(connection, transaction, child, parent);

        Assert.Null(Connection.GetJobParameter(parent, "Continuations"));
        Assert.Throws<DistributedLockTimeoutException>(() => Connection.AcquireDistributedJobLock(parent, TimeSpan.Zero));
        transaction.Commit();
        Assert.NotNull(Connection.GetJobParameter(parent, "Continuations"));
    }

    private void Await(JobStorageConnection connection, SQLiteStorageTransaction transaction, string child, string parent)
    {
        var awaiting = new AwaitingState(parent, new EnqueuedState(), JobContinuationOptions.OnlyOnSucceededState);
        new BackgroundJobStateChanger().ChangeState(
            new StateChangeContext(Storage, connection, transaction, child, awaiting, null, CancellationToken.None));
    }

    private (string First, string Last) CreateChain(int steps)
    {
        using var unit = Storage.BeginUnitOfWork();
        var first = unit.Create(AJob(), new EnqueuedState());
        var last = first;
        for (var step = 1; step < steps; step++)
        {
            last = unit.ContinueWith(last, AJob());
        }

        unit.Commit();
        return (first, last);
    }

    private sealed class Failing : IApplyStateFilter
    {
        public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            if (context.NewState.Name != SucceededState.StateName)
            {
                return;
            }

            ((SQLiteStorageTransaction)transaction).Enlist(unit =>
            {
                Execute(unit, "insert into films (title) values ('half')");
                throw new NotSupportedException();
            });
        }

        public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
        }
    }
}
