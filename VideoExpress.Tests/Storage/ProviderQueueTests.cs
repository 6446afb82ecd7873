using Hangfire.States;
using Hangfire.Storage;

namespace VideoExpress.Tests.Storage;

/// <summary>What this storage promises about queues and locks beyond the common contract.</summary>
public sealed class ProviderQueueTests : SQLiteTest
{
    [Fact]
    public void Disposal_GivesTheJobBack_ToTheFrontOfItsQueue()
    {
        var ids = Enumerable.Range(0, 3).Select(_ => CreateJobIn(new EnqueuedState())).ToArray();
        var fetched = Enumerable.Range(0, 3).Select(_ => Fetch()).ToArray();

        foreach (var job in fetched.Reverse())
        {
            job.Dispose();
        }

        Assert.Equal(ids, Enumerable.Range(0, 3).Select(_ => Fetch().JobId));
    }

    [Fact]
    public void AFetch_ThatIsCanceledBefore_LeavesEvenAJobThatIsThere()
    {
        var id = CreateJobIn(new EnqueuedState());

        Assert.Throws<OperationCanceledException>(() => Connection.FetchNextJob(["default"], new CancellationToken(canceled: true)));

        Assert.Equal(id, Fetch().JobId);
    }

    [Fact]
    public void AnAcknowledgement_ThatWasNotCommitted_LeavesTheJob()
    {
        var id = CreateJobIn(new EnqueuedState());
        using (var fetched = Fetch())
        {
            using var transaction = (JobStorageTransaction)Connection.CreateWriteTransaction();
            transaction.RemoveFromQueue(fetched);
        }

        Assert.Equal(id, Fetch().JobId);
    }

    [Fact]
    public void AnAcknowledgement_WhoseCommitFails_LeavesTheJobInHand()
    {
        var id = CreateJobIn(new EnqueuedState());
        var fetched = Fetch();

        Assert.Throws<NotSupportedException>(() => Commit(transaction =>
        {
            transaction.SetJobState(id, new SucceededState(null, 1, 1));
            transaction.RemoveFromQueue(fetched);
            transaction.Enlist(_ => throw new NotSupportedException());
        }));

        Assert.Equal(EnqueuedState.StateName, StateOf(id));
        Assert.Equal(1, Monitor.FetchedCount("default"));
        fetched.Requeue();
        using var again = Fetch();
        Assert.Equal(id, again.JobId);
        again.RemoveFromQueue();
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_queue"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnAcknowledgement_InAUnitOfWorkThatIsRolledBack_LeavesTheJobInHand(bool hasBegun)
    {
        var id = CreateJobIn(new EnqueuedState());
        using (var fetched = Fetch())
        {
            using var unit = Storage.BeginUnitOfWork();
            _ = hasBegun ? unit.Connection : null;
            using var transaction = (JobStorageTransaction)unit.StorageConnection.CreateWriteTransaction();
            transaction.RemoveFromQueue(fetched);
            transaction.Commit();
        }

        Assert.Equal(id, Fetch().JobId);
    }

    [Fact]
    public async Task ALock_WritesNothing_SoItWaitsForNoWriter()
    {
        using var unit = Storage.BeginUnitOfWork();
        _ = unit.Connection;
        using var other = Open();

        await OwnThread.Run(() => other.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose()).WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void AfterAnAcknowledgement_NothingGivesTheJobBack()
    {
        CreateJobIn(new EnqueuedState());
        using (var fetched = Fetch())
        {
            Commit(transaction => transaction.RemoveFromQueue(fetched));
            fetched.Requeue();
        }

        Assert.Equal(0, Monitor.EnqueuedCount("default"));
        Assert.Equal(0, Monitor.FetchedCount("default"));
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_queue"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AJobThatWasGivenBack_IsNotRemoved_ByAnAcknowledgementThatComesLate(bool isTakenAgain)
    {
        var id = CreateJobIn(new EnqueuedState());
        var late = Fetch();
        late.Requeue();
        using var again = isTakenAgain ? Fetch() : null;

        Commit(transaction => transaction.RemoveFromQueue(late));

        Assert.Equal(1, Ask<long>("select count(*) from hangfire_queue"));
        again?.Requeue();
        Assert.Equal(id, Fetch().JobId);
    }

    [Fact]
    public void AForeignFetchedJob_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Commit(transaction => transaction.RemoveFromQueue(new ForeignJob())));

    [Fact]
    public void ATakenRow_IsShownAsFetched()
    {
        var ids = Enumerable.Range(0, 3).Select(_ => CreateJobIn(new EnqueuedState())).ToArray();
        using var fetched = Fetch();

        var shown = Assert.Single(Monitor.FetchedJobs("default", 0, 10));
        Assert.Equal(ids[0], shown.Key);
        Assert.InRange(shown.Value.FetchedAt!.Value, Now().AddSeconds(-5), Now().AddSeconds(1));
        Assert.Equal(ids[1..], Monitor.EnqueuedJobs("default", 0, 10).Select(job => job.Key));
        var queue = Assert.Single(Monitor.Queues());
        Assert.Equal((2L, 1L), (queue.Length, queue.Fetched));
        Assert.Equal(ids[1..], queue.FirstJobs.Select(job => job.Key));
    }

    [Fact]
    public async Task EachWaitingWorker_GetsOneJob()
    {
        var connections = Enumerable.Range(0, 4).Select(_ => Open()).ToArray();
        var waiting = connections
            .Select(connection => OwnThread.Run(() => connection.FetchNextJob(["default"], CancellationToken.None)))
            .ToArray();
        await Eventually(() => Storage.Queues.CountWaiting() == 4);

        var ids = Enumerable.Range(0, 4).Select(_ => CreateJobIn(new EnqueuedState())).ToArray();

        var fetched = await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(ids.Order(), fetched.Select(job => job.JobId).Order());
        Assert.All(connections, connection => connection.Dispose());
    }

    [Fact]
    public async Task ALock_GoesToThoseWhoWait_InTheirOrder()
    {
        var order = new List<int>();
        var held = Connection.AcquireDistributedLock("resource", TimeSpan.Zero);
        var waiting = new List<Task>();
        for (var number = 0; number < 5; number++)
        {
            var mine = number;
            var connection = Open();
            waiting.Add(OwnThread.Run(() =>
            {
                using (connection.AcquireDistributedLock("resource", TimeSpan.FromSeconds(20)))
                {
                    order.Add(mine);
                }
            }));
            await Eventually(() => Storage.Locks.CountWaiting("resource") == mine + 1);
        }

        held.Dispose();

        await Task.WhenAll(waiting);
        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Fact]
    public void ATimedOutWaiter_IsForgotten()
    {
        using var other = Open();
        using (Connection.AcquireDistributedLock("resource", TimeSpan.Zero))
        {
            Assert.Throws<DistributedLockTimeoutException>(() => other.AcquireDistributedLock("resource", TimeSpan.FromMilliseconds(20)));
            Assert.Equal(0, Storage.Locks.CountWaiting("resource"));
        }

        using var third = Open();
        third.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void ANegativeTimeout_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Connection.AcquireDistributedLock("resource", TimeSpan.FromSeconds(-2)));

    private IFetchedJob Fetch()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return Connection.FetchNextJob(["default"], patience.Token);
    }

    private sealed class ForeignJob : IFetchedJob
    {
        public string JobId => "1";

        public void RemoveFromQueue()
        {
        }

        public void Requeue()
        {
        }

        public void Dispose()
        {
        }
    }
}
