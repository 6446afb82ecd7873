using System.Globalization;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>What a server with nothing to do costs; InMemory shows what Hangfire itself takes of it.</summary>
internal sealed class Idle : Measure
{
    private static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    public override string Name => "idle";

    public override bool IsRate => false;

    public override IEnumerable<Figure> Run(Round round) =>
        [.. Watch("", round.SQLite(), Bar.Most(0.5)), .. Watch(", InMemory", new InMemoryPeer(), bar: null)];

    private static IEnumerable<Figure> Watch(string name, Peer peer, Bar? bar)
    {
        using (peer)
        {
            using var server = peer.Serve();
            Work.Pause(SettleTime);
            var (cpu, asleep) = (Environment.CpuUsage.TotalTime, Sleeps());
            Work.Pause(Length);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            var wakeUps = Sleeps().Sum(thread => thread.Value - asleep.GetValueOrDefault(thread.Key));
            yield return new Figure($"idle server{name}, processor", 100 * cpu / Length, "% of a core", Bar: bar);
            yield return new Figure($"idle server{name}, wake-ups", wakeUps / Length.TotalSeconds, "/s");
        }
    }

    /// <summary>How often each thread of this process has gone to sleep of itself (Linux; proc(5)).</summary>
    private static Dictionary<string, long> Sleeps()
    {
        const string field = "voluntary_ctxt_switches:";
        return Directory.GetDirectories("/proc/self/task").ToDictionary(
            thread => thread,
            thread => File.ReadLines(Path.Combine(thread, "status"))
                .Where(line => line.StartsWith(field, StringComparison.Ordinal))
                .Select(line => long.Parse(line.AsSpan(field.Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture))
                .Single());
    }
}
