using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>Many jobs at once: they share a few threads, and no snapshot of the file ever shows them half changed.</summary>
[Collection(nameof(ManyJobsTests))]
[CollectionDefinition(nameof(ManyJobsTests), DisableParallelization = true)]
public sealed class ManyJobsTests
{
    /// <summary>
    /// A job whose row and steps disagree: a step before the current one that has not succeeded, a current one that waits or is done,
    /// a later one that has begun.
    /// </summary>
    private const string Disagreements =
        """
        select count(*) from jobs j
        join steps s on s.job_id = j.job_id and s.ordinal >= 0
        join hangfire_job h on h.id = cast(s.hangfire_id as integer)
        where j.status in ('QUEUED', 'RUNNING', 'SUCCEEDED') and not case
            when j.status = 'SUCCEEDED' then h.state = 'Succeeded'
            when s.ordinal < j.step then h.state = 'Succeeded'
            when s.ordinal = j.step then h.state in ('Enqueued', 'Processing', 'Scheduled')
            else h.state = 'Awaiting' end
        """;

    private const string OrphanedChildren =
        """
        select count(*) from steps s
        join hangfire_job h on h.id = cast(s.hangfire_id as integer)
        join steps next on next.job_id = s.job_id and next.ordinal = s.ordinal + 1
        join hangfire_job child on child.id = cast(next.hangfire_id as integer)
        where h.state = 'Succeeded' and child.state = 'Awaiting'
        """;

    [Fact]
    public async Task FiveHundredJobsInFlight_AllMove_WithTwoWorkers()
    {
        const int jobs = 500;
        await using var host = await ChainHost.StartAsync("--Hangfire:Workers", "2", "--RunPod:MaxPollsPerSecond", "200");
        await Parallel.ForEachAsync(Enumerable.Range(0, jobs), async (_, _) => await host.RenderAsync());

        var taken = await TakeAllAsync(host, jobs);
        Assert.Equal(jobs, taken.Select(pair => pair.Request.Id).Distinct().Count());
        await UntilAsync(() => host.Read(db => db.Scalar<int>("select count(*) from jobs where phase = 'cold_start'")) == jobs);

        await Parallel.ForEachAsync(taken, async (pair, _) => await pair.Worker.ProgressAsync(pair.Request, 50, 1));
        await UntilAsync(() => host.Read(db => db.Scalar<int>("select count(*) from jobs where progress = 45")) == jobs);
        Assert.Equal(jobs, host.Read(db => db.Scalar<int>("select count(*) from attempts")));
    }

    [Fact]
    public async Task OverTwoHundredChains_NoSnapshotShowsAStepDone_AndItsNextWaiting_NorRowAndStepDisagreeing()
    {
        const int jobs = 200;
        const int snapshots = 1000;
        await using var host = await ChainHost.StartAsync("--RunPod:MaxPollsPerSecond", "200");
        var video = await TestVideo.BytesAsync();
        using var done = new CancellationTokenSource();
        var watch = Task.Factory.StartNew(
            () => Watch(host.Storage.Path, done.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await Parallel.ForEachAsync(Enumerable.Range(0, jobs), async (_, _) => await host.RenderAsync());
        var taken = await TakeAllAsync(host, jobs);
        await Parallel.ForEachAsync(taken, async (pair, _) => await pair.Worker.FinishAsync(pair.Request, video));
        await UntilAsync(() => host.Read(db => db.Scalar<int>("select count(*) from jobs where status = 'SUCCEEDED'")) == jobs);
        await done.CancelAsync();

        var (taken1, wrong) = await watch;
        Assert.Empty(wrong);
        Assert.True(taken1 >= snapshots, $"Only {taken1} snapshots were taken.");
        Assert.Equal(0, host.Read(db => db.Scalar<int>("select count(*) from jobs j where rev <> (select count(*) from events e where e.job_id = j.job_id)")));
    }

    /// <summary>Looks at the file from outside, each look one snapshot, until told to stop.</summary>
    private static (int Snapshots, List<string> Wrong) Watch(string path, CancellationToken cancellationToken)
    {
        using var file = new SqliteConnection($"Data Source={path};Pooling=False");
        file.Open();
        var wrong = new List<string>();
        var snapshots = 0;
        for (; !cancellationToken.IsCancellationRequested && wrong.Count < 5; snapshots++)
        {
            using var transaction = file.BeginTransaction(deferred: true);
            var found = (Count(Disagreements), Count(OrphanedChildren));
            if (found != (0, 0))
            {
                wrong.Add($"snapshot {snapshots}: {found}");
            }

            long Count(string sql)
            {
                using var command = file.CreateCommand();
                (command.CommandText, command.Transaction) = (sql, transaction);
                return (long)command.ExecuteScalar()!;
            }
        }

        return (snapshots, wrong);
    }

    private static async Task<List<(TestWorker Worker, TakenRequest Request)>> TakeAllAsync(ChainHost host, int count)
    {
        var taken = new List<(TestWorker, TakenRequest)>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) =>
        {
            var worker = host.Worker($"w{number}"); // a worker of one slot each
            var request = await worker.TakeAsync();
            lock (taken)
            {
                taken.Add((worker, request));
            }
        });
        return taken;
    }

    private static async Task UntilAsync(Func<bool> wanted)
    {
        var clock = Stopwatch.StartNew();
        while (!wanted())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(120), "It never came.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }
}
