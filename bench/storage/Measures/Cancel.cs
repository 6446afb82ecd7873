using System.Diagnostics;
using Hangfire;
using Hangfire.States;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>From the call that deletes a running job to the moment its method's token wakes it, on a server with nothing else to do.</summary>
internal sealed class Cancel : Measure
{
    private const int WarmUp = 10;
    private const int Count = 100;

    /// <summary>No poll of Hangfire's own falls into the measurement.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromHours(5);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly SemaphoreSlim Start = new(0);
    private static readonly SemaphoreSlim End = new(0);

    private static long _toldAt;

    public override string Name => "cancel";

    public override bool IsRate => false;

    public static void Started() => Start.Release();

    /// <summary>Called by the job that has waited for its token.</summary>
    public static void Told()
    {
        _toldAt = Stopwatch.GetTimestamp();
        End.Release();
    }

    public override IEnumerable<Figure> Run(Round round)
    {
        using var peer = round.SQLite();
        using var server = peer.Serve(new BackgroundJobServerOptions { CancellationCheckInterval = CheckInterval });
        var samples = Enumerable.Range(0, WarmUp + Count).Select(_ => Time(peer.Client)).ToList().Skip(WarmUp).ToArray();
        return
        [
            new Figure("cancel of a running job, p50", Samples.Percentile(samples, 0.5), "ms"),
            new Figure("cancel of a running job, p99", Samples.Percentile(samples, 0.99), "ms", Bar: Bar.Most(250)),
        ];
    }

    /// <summary>In milliseconds.</summary>
    private static double Time(BackgroundJobClient client)
    {
        var job = client.Create(Jobs.Cancelled, new EnqueuedState());
        WaitFor(Start, "did not start");
        var before = Stopwatch.GetTimestamp();
        client.Delete(job);
        WaitFor(End, "was deleted, but its token did not fire");
        return Stopwatch.GetElapsedTime(before, _toldAt).TotalMilliseconds;
    }

    private static void WaitFor(SemaphoreSlim signal, string otherwise)
    {
        if (!signal.Wait(Longest))
        {
            throw new TimeoutException($"A job {otherwise} within {Longest}.");
        }
    }
}
