using System.Collections.Concurrent;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace VideoExpress.Tests.Storage;

/// <summary>Real servers with many workers: nothing twice, nothing lost.</summary>
public sealed class WorkerTests : SQLiteTest
{
    private static readonly ConcurrentDictionary<string, ConcurrentBag<int>> Runs = new();

    private readonly string _test = Guid.CreateVersion7().ToString();

    public WorkerTests()
    {
        Runs[_test] = [];
    }

    [Fact]
    public async Task EightWorkers_RunEachOfManyJobsOnce()
    {
        const int jobs = 400;
        using (new TestServer(Storage))
        {
            var four = new ParallelOptions { MaxDegreeOfParallelism = 4 };
            Parallel.For(0, jobs, four, number => Client.Enqueue(() => Jobs.Note(_test, number)));
            await Eventually(() => Monitor.SucceededListCount() == jobs);
        }

        Assert.Equal(Enumerable.Range(0, jobs), Runs[_test].Order());
        Assert.Equal(jobs, Monitor.GetStatistics().Succeeded);
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_queue"));
    }

    [Fact]
    public async Task AFailedJob_IsRetried_AndSucceeds()
    {
        using var server = new TestServer(Storage);
        var id = Client.Create(Job.FromExpression(() => Jobs.FailOnce(_test, 1)), new EnqueuedState());
        await Eventually(() => StateOf(id) == ScheduledState.StateName);
        Assert.Equal(1, Monitor.GetStatistics().Retries);

        Client.Requeue(id);

        await Eventually(() => StateOf(id) == SucceededState.StateName);
        Assert.Equal(0, Monitor.GetStatistics().Retries);
    }

    [Fact]
    public async Task AJobThatWasDeleted_BeforeAWorkerCame_IsDropped()
    {
        var id = Client.Enqueue(() => Jobs.Note(_test, 1));
        Client.Delete(id);
        Assert.Equal(1, Monitor.EnqueuedCount("default"));

        using var server = new TestServer(Storage, 1);
        Client.Enqueue(() => Jobs.Note(_test, 2));

        await Eventually(() => Ask<long>("select count(*) from hangfire_queue") == 0);
        Assert.Equal([2], Runs[_test]);
        Assert.Equal(DeletedState.StateName, StateOf(id));
    }

    [Fact]
    public async Task Queues_AreServedByTheirWorkers()
    {
        using var server = new TestServer(Storage, 2, "films", "default");
        Client.Enqueue("films", () => Jobs.Note(_test, 1));
        Client.Enqueue(() => Jobs.Note(_test, 2));
        Client.Enqueue("elsewhere", () => Jobs.Note(_test, 3));

        await Eventually(() => Monitor.SucceededListCount() == 2);
        Assert.Equal([1, 2], Runs[_test].Order());
        Assert.Equal(1, Monitor.EnqueuedCount("elsewhere"));
    }

    [Fact]
    public async Task AServer_ThatIsStopped_LeavesItsJobsToTheNextOne()
    {
        for (var number = 0; number < 100; number++)
        {
            Client.Enqueue(() => Jobs.Note(_test, number));
        }

        using (new TestServer(Storage, 2))
        {
            await Eventually(() => !Runs[_test].IsEmpty);
        }

        Restart();

        using (new TestServer(Storage))
        {
            await Eventually(() => Monitor.SucceededListCount() == 100);
        }

        Assert.Equal(100, Runs[_test].Distinct().Count());
    }

    public static class Jobs
    {
        public static void Note(string test, int number) => Runs[test].Add(number);

        public static void FailOnce(string test, int number)
        {
            Runs[test].Add(number);
            if (Runs[test].Count(run => run == number) == 1)
            {
                throw new InvalidOperationException("the first time");
            }
        }
    }
}
