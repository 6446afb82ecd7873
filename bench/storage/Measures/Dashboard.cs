using System.Diagnostics;
using Hangfire.States;
using Hangfire.Storage;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>What a page of the dashboard asks, with 100,000 finished jobs and some thousands of others.</summary>
internal sealed class Dashboard : Measure
{
    private const int Finished = 100_000;
    private const int OfEachOther = 1000;
    private const int PageSize = 20;
    private const int WarmUp = 50;
    private const int Count = 300;

    private static readonly Bar SingleDigit = Bar.Most(9.9);

    public override string Name => "dashboard";

    public override bool IsRate => false;

    public override IEnumerable<Figure> Run(Round round)
    {
        using var peer = round.SQLite();
        Fill(peer);
        Work.Settle();

        var monitor = (JobStorageMonitor)peer.Storage.GetMonitoringApi();
        yield return Time("dashboard: statistics", () => monitor.GetStatistics());
        yield return Time("dashboard: succeeded", () => monitor.SucceededJobs(0, PageSize));
        yield return Time("dashboard: failed", () => monitor.FailedJobs(0, PageSize));
        yield return Time("dashboard: deleted", () => monitor.DeletedJobs(0, PageSize));
        yield return Time("dashboard: scheduled", () => monitor.ScheduledJobs(0, PageSize));
        yield return Time("dashboard: awaiting", () => monitor.AwaitingJobs(0, PageSize));
        yield return Time("dashboard: enqueued", () => monitor.EnqueuedJobs(EnqueuedState.DefaultQueue, 0, PageSize));
        yield return Time("dashboard: fetched", () => monitor.FetchedJobs(EnqueuedState.DefaultQueue, 0, PageSize));
        yield return Time("dashboard: processing", () => monitor.ProcessingJobs(0, PageSize));
        yield return Time("dashboard: queues", () => monitor.Queues());
    }

    private static void Fill(SQLitePeer peer)
    {
        var failure = new InvalidOperationException("The job that fails.");
        peer.Create(peer.Counted, () => new SucceededState(result: null, latency: 1, performanceDuration: 1), Finished * 8 / 10);
        peer.Create(Jobs.NotRetried, () => new FailedState(failure), Finished / 10);
        peer.Create(peer.Counted, () => new DeletedState(), Finished / 10);
        peer.Create(peer.Counted, () => new ScheduledState(TimeSpan.FromDays(1)), OfEachOther);
        peer.Create(peer.Counted, () => new EnqueuedState(), OfEachOther);
        for (var index = 0; index < OfEachOther; index++)
        {
            peer.CreateChain(peer.Counted, 2);
        }
    }

    private static Figure Time(string name, Action ask)
    {
        var samples = new List<double>();
        for (var index = 0; index < WarmUp + Count; index++)
        {
            var clock = Stopwatch.GetTimestamp();
            ask();
            samples.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }

        var warm = samples.Skip(WarmUp).ToArray();
        return new Figure(name, Samples.Percentile(warm, 0.5), "ms p50", Samples.Percentile(warm, 0.99), "ms p99", SingleDigit);
    }
}
