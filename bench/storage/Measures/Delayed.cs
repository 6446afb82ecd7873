using System.Collections.Concurrent;
using Hangfire;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>How late jobs start that are scheduled for a moment of the next seconds, on a server with nothing else to do.</summary>
internal sealed class Delayed : Measure
{
    private const int Count = 100;

    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(57);
    private static readonly BlockingCollection<double> Lateness = [];

    public override string Name => "delayed";

    public override bool IsRate => false;

    public static void Started(long dueTicks) =>
        Lateness.Add(TimeSpan.FromTicks(TimeProvider.System.GetUtcNow().UtcTicks - dueTicks).TotalMilliseconds);

    public override IEnumerable<Figure> Run(Round round)
    {
        using var peer = round.SQLite();
        using var server = peer.Serve();
        // The first shows the way and does not count.
        var due = TimeProvider.System.GetUtcNow() + Soonest;
        Schedule(peer, due);
        Lateness.Take();
        due = TimeProvider.System.GetUtcNow() + Soonest;
        for (var index = 0; index < Count; index++)
        {
            Schedule(peer, due += Apart);
        }

        var late = Lateness.GetConsumingEnumerable().Take(Count).ToArray();
        yield return new Figure("delayed job, earliest", late.Min(), "ms late", Bar: Bar.Least(0));
        yield return new Figure("delayed job, p50", Samples.Percentile(late, 0.5), "ms late");
        yield return new Figure("delayed job, p99", Samples.Percentile(late, 0.99), "ms late", Bar: Bar.Most(100));
    }

    private static void Schedule(Peer peer, DateTimeOffset due)
    {
        var ticks = due.UtcTicks;
        peer.Client.Schedule(() => Jobs.Due(ticks), due);
    }
}
