using System.Diagnostics;
using System.Globalization;

namespace VideoExpress.Bench.Store;

/// <summary>Ours against a peer, in turn and with the same file; judged by the median of the rounds' ratios.</summary>
internal abstract class Duel(string name, string peer, double bar)
{
    /// <summary>What it is asked for by.</summary>
    public string Name => name;

    /// <summary>Runs it, prints its line, and says whether the bar is met.</summary>
    public async Task<bool> RunAsync(string file, int rounds)
    {
        await PrepareAsync(file);
        var (ours, theirs) = (new List<double>(), new List<double>());
        // The first round is not counted: code is compiled, caches are filled.
        for (var round = 0; round <= rounds; round++)
        {
            // Whoever is second finds what the first has left in the caches.
            foreach (var isOurs in (bool[])[round % 2 == 0, round % 2 != 0])
            {
                await Shell.RunAsync("sync");
                var start = Stopwatch.GetTimestamp();
                await (isOurs ? OursAsync(file) : PeerAsync(file));
                (isOurs ? ours : theirs).Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                await CleanAsync();
            }
        }

        await FinishAsync();
        var megabytes = new FileInfo(file).Length / 1e6;
        var ratios = ours.Zip(theirs, (our, their) => their / our).Skip(1).Order().ToArray();
        var ratio = ratios[ratios.Length / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-10} {megabytes / Median(ours),6:0} MB/s  {peer}: {megabytes / Median(theirs):0} MB/s  {ratio:0.00} x ({ratios[0]:0.00} to {ratios[^1]:0.00})  bar {bar:0.0} {(ratio >= bar ? "met" : "MISSED")}"));
        return ratio >= bar;
    }

    protected virtual Task PrepareAsync(string file) => Task.CompletedTask;

    protected abstract Task OursAsync(string file);

    protected abstract Task PeerAsync(string file);

    /// <summary>Removes what one run made; not measured.</summary>
    protected abstract Task CleanAsync();

    protected virtual Task FinishAsync() => Task.CompletedTask;

    private static double Median(IEnumerable<double> seconds)
    {
        var sorted = seconds.Skip(1).Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
