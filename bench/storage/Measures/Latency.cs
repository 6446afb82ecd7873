using System.Diagnostics;
using Hangfire.States;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>From the call that enqueues a job to its first instruction, on a server with nothing else to do.</summary>
internal sealed class Latency : Measure
{
    private const int WarmUp = 100;
    private const int Count = 400;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly SemaphoreSlim Start = new(0);

    private static long _startedAt;

    public override string Name => "latency";

    public static void Started()
    {
        _startedAt = Stopwatch.GetTimestamp();
        Start.Release();
    }

    public override IEnumerable<Figure> Run(Round round)
    {
        var ((stock, unitOfWork), raw) = round.Raw.Around(() =>
        {
            using var peer = round.SQLite();
            using var server = peer.Serve();
            return (Sample(() => peer.Client.Create(Jobs.Signalled, new EnqueuedState())), Sample(() => peer.CreateChain(Jobs.Signalled, 1)));
        });

        double[] inMemory;
        using (var peer = new InMemoryPeer())
        {
            using var server = peer.Serve();
            inMemory = Sample(() => peer.Client.Create(Jobs.Signalled, new EnqueuedState()));
        }

        yield return Compare("start after enqueue, stock client, p50", stock, 0.5, Bar.Most(4));
        yield return Compare("start after enqueue, stock client, p99", stock, 0.99, Bar.Most(15));
        yield return Compare("start after enqueue, unit of work, p50", unitOfWork, 0.5, Bar.Most(3));
        yield return Compare("start after enqueue, unit of work, p99", unitOfWork, 0.99, Bar.Most(15));
        yield return new Figure("start after enqueue, InMemory, p50", Samples.Percentile(inMemory, 0.5), "ms");
        yield return new Figure("start after enqueue, InMemory, p99", Samples.Percentile(inMemory, 0.99), "ms");

        Figure Compare(string name, double[] samples, double share, Bar bar)
        {
            var value = Samples.Percentile(samples, share);
            var commits = (value - Samples.Percentile(inMemory, share)) / 1000 * raw;
            return new Figure(name, value, "ms", commits, "commits more", bar);
        }
    }

    /// <summary>In milliseconds.</summary>
    private static double[] Sample(Action enqueue)
    {
        var samples = new List<double>();
        for (var index = 0; index < WarmUp + Count; index++)
        {
            Work.Pause(Pause);
            var before = Stopwatch.GetTimestamp();
            enqueue();
            Start.Wait();
            samples.Add(Stopwatch.GetElapsedTime(before, _startedAt).TotalMilliseconds);
        }

        return [.. samples.Skip(WarmUp)];
    }
}
