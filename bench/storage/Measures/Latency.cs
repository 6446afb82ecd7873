using System.Diagnostics;
using Hangfire.States;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>From the call that enqueues a job to its first instruction, on a server with nothing else to do.</summary>
internal sealed class Latency : Measure
{
    private const int WarmUp = 100;
    private const int Count = 400;
    private const int RawCommits = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly SemaphoreSlim Start = new(0);

    private static long _startedAt;

    public override string Name => "latency";

    public override bool IsRate => false;

    public static void Started()
    {
        _startedAt = Stopwatch.GetTimestamp();
        Start.Release();
    }

    public override IEnumerable<Figure> Run(Round round)
    {
        using var peer = round.SQLite();
        using var inMemoryPeer = new InMemoryPeer();
        using var server = peer.Serve();
        using var inMemoryServer = inMemoryPeer.Serve();
        var samples = Enumerable.Range(0, WarmUp + Count)
            .Select(_ => new Sample(
                Time(() => peer.Client.Create(Jobs.Signalled, new EnqueuedState())),
                Time(() => peer.CreateChain(Jobs.Signalled, 1)),
                Time(() => inMemoryPeer.Client.Create(Jobs.Signalled, new EnqueuedState())),
                round.Raw.Commit(RawCommits).TotalMilliseconds / RawCommits))
            .ToList()
            .Skip(WarmUp)
            .ToArray();

        return
        [
            Compare("start after enqueue, stock client, p50", sample => sample.Stock, 0.5, Bar.Most(4)),
            Compare("start after enqueue, stock client, p99", sample => sample.Stock, 0.99, Bar.Most(15)),
            Compare("start after enqueue, unit of work, p50", sample => sample.UnitOfWork, 0.5, Bar.Most(3)),
            Compare("start after enqueue, unit of work, p99", sample => sample.UnitOfWork, 0.99, Bar.Most(15)),
            new Figure("start after enqueue, InMemory, p50", Of(sample => sample.InMemory, 0.5), "ms"),
            new Figure("start after enqueue, InMemory, p99", Of(sample => sample.InMemory, 0.99), "ms"),
            new Figure("durable commit between them, p50", Of(sample => sample.Commit, 0.5), "ms"),
        ];

        double Of(Func<Sample, double> value, double share) => Samples.Percentile(samples.Select(value), share);

        Figure Compare(string name, Func<Sample, double> value, double share, Bar bar)
        {
            var more = Of(value, share) - Of(sample => sample.InMemory, share);
            return new Figure(name, Of(value, share), "ms", more / Of(sample => sample.Commit, 0.5), "commits more", bar);
        }
    }

    /// <summary>In milliseconds.</summary>
    private static double Time(Action enqueue)
    {
        Work.Pause(Pause);
        var before = Stopwatch.GetTimestamp();
        enqueue();
        Start.Wait();
        return Stopwatch.GetElapsedTime(before, _startedAt).TotalMilliseconds;
    }

    /// <summary>One of each, in milliseconds: what the disk and other programs do meanwhile meets all alike.</summary>
    private sealed record Sample(double Stock, double UnitOfWork, double InMemory, double Commit);
}
