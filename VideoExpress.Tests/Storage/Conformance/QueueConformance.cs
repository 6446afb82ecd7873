namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteQueueTests : QueueConformance<SQLiteUnderTest>;

public sealed class InMemoryQueueTests : QueueConformance<InMemoryUnderTest>;

/// <summary>Queues, as a worker sees them.</summary>
public abstract class QueueConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    private static readonly string[] Default = ["default"];

    [Fact]
    public void FetchNextJob_TakesTheOldest()
    {
        var ids = Enqueue("default", 3);

        Assert.Equal(ids, Enumerable.Range(0, 3).Select(_ => FetchAndAcknowledge("default")));
    }

    [Fact]
    public void FetchNextJob_PrefersTheFirstQueue()
    {
        // By the order in the array, neither by name nor by age.
        var low = Enqueue("a-low", 1)[0];
        var high = Enqueue("z-high", 1)[0];

        Assert.Equal(high, FetchAndAcknowledge("z-high", "a-low"));
        Assert.Equal(low, FetchAndAcknowledge("z-high", "a-low"));
    }

    [Fact]
    public void FetchNextJob_TakesNothing_WhenItIsCanceledBefore()
    {
        Assert.ThrowsAny<OperationCanceledException>(() => Connection.FetchNextJob(Default, new CancellationToken(canceled: true)));

        Assert.Equal(Enqueue("default", 1)[0], FetchAndAcknowledge("default"));
    }

    [Fact]
    public void FetchNextJob_TakesFromItsOwnQueuesOnly()
    {
        Enqueue("other", 1);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Assert.ThrowsAny<OperationCanceledException>(() => Connection.FetchNextJob(Default, cancellation.Token));
        Assert.Equal(1, Monitor.EnqueuedCount("other"));
    }

    [Fact]
    public void FetchNextJob_BearsAQueueNamedTwice()
    {
        var id = Enqueue("default", 1)[0];

        Assert.Equal(id, FetchAndAcknowledge("default", "default"));
    }

    [Fact]
    public void FetchNextJob_GivesARowToOneOnly()
    {
        Enqueue("default", 1);
        using var fetched = Connection.FetchNextJob(Default, CancellationToken.None);
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Assert.ThrowsAny<OperationCanceledException>(() => Connection.FetchNextJob(Default, cancellation.Token));
        fetched.RemoveFromQueue();
    }

    [Fact]
    public async Task FetchNextJob_WakesUp_WhenAJobIsCommitted()
    {
        using var connection = Open();
        var waiting = Task.Run(() => connection.FetchNextJob(["other", "default"], CancellationToken.None));

        var id = Enqueue("default", 1)[0];

        var fetched = await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(id, fetched.JobId);
        fetched.RemoveFromQueue();
        fetched.Dispose();
    }

    [Fact]
    public async Task FetchNextJob_IsCanceledPromptly()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = Task.Run(() => Connection.FetchNextJob(Default, cancellation.Token));

        await cancellation.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(cancellation.Token, exception.CancellationToken);
    }

    [Fact]
    public void FetchNextJob_RefusesToFetchFromNowhere()
    {
        Assert.Throws<ArgumentNullException>(() => Connection.FetchNextJob(null, CancellationToken.None));
        Assert.ThrowsAny<ArgumentException>(() => Connection.FetchNextJob([], CancellationToken.None));
    }

    [Fact]
    public void Requeue_MakesTheJobFetchableAgain_Once()
    {
        var id = Enqueue("default", 1)[0];
        using (var fetched = Connection.FetchNextJob(Default, CancellationToken.None))
        {
            Assert.Equal(0, Monitor.EnqueuedCount("default"));
            fetched.Requeue();
            Assert.Equal(1, Monitor.EnqueuedCount("default"));
        }

        Assert.Equal(id, FetchAndAcknowledge("default"));
        Assert.Equal(0, Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public async Task Requeue_WakesAWaitingWorker()
    {
        Enqueue("default", 1);
        using var connection = Open();
        using var fetched = Connection.FetchNextJob(Default, CancellationToken.None);
        var waiting = Task.Run(() => connection.FetchNextJob(Default, CancellationToken.None));

        fetched.Requeue();

        using var again = await waiting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(fetched.JobId, again.JobId);
        again.RemoveFromQueue();
    }

    [Fact]
    public void RemoveFromQueue_MayBeCalledAgain()
    {
        Enqueue("default", 1);
        using var fetched = Connection.FetchNextJob(Default, CancellationToken.None);

        fetched.RemoveFromQueue();
        fetched.RemoveFromQueue();

        Assert.Equal(0, Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public void RemoveFromQueue_InATransaction_TakesEffectWithIt()
    {
        Enqueue("default", 1);
        using (var fetched = Connection.FetchNextJob(Default, CancellationToken.None))
        {
            Commit(transaction => transaction.RemoveFromQueue(fetched));
            fetched.RemoveFromQueue();
        }

        Assert.Equal(0, Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public void AJob_MayBeQueuedAgain_WhileItsOldRowIsTaken()
    {
        var id = Enqueue("default", 1)[0];
        using var first = Connection.FetchNextJob(Default, CancellationToken.None);
        Commit(transaction => transaction.AddToQueue("default", id));
        using var second = Connection.FetchNextJob(Default, CancellationToken.None);

        first.RemoveFromQueue();
        second.Requeue();

        Assert.Equal(1, Monitor.EnqueuedCount("default"));
        Assert.Equal(id, FetchAndAcknowledge("default"));
    }

    [Fact]
    public async Task ManyWorkers_FetchEachJobOnce()
    {
        var ids = Enqueue("default", 200);
        var fetched = new System.Collections.Concurrent.ConcurrentBag<string>();
        using var cancellation = new CancellationTokenSource();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var connection = Open();
                while (fetched.Count < ids.Length)
                {
                    try
                    {
                        using var job = connection.FetchNextJob(Default, cancellation.Token);
                        fetched.Add(job.JobId);
                        job.RemoveFromQueue();
                    }
                    catch (OperationCanceledException)
                    {
                        return;
                    }

                    if (fetched.Count == ids.Length)
                    {
                        cancellation.Cancel();
                    }
                }
            },
            TaskCreationOptions.LongRunning)));

        Assert.Equal(ids.Order(), fetched.Order());
    }

    private string[] Enqueue(string queue, int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => CreateJob()).ToArray();
        Commit(transaction =>
        {
            foreach (var id in ids)
            {
                transaction.AddToQueue(queue, id);
            }
        });
        return ids;
    }

    private string FetchAndAcknowledge(params string[] queues)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var job = Connection.FetchNextJob(queues, patience.Token);
        job.RemoveFromQueue();
        return job.JobId;
    }
}
