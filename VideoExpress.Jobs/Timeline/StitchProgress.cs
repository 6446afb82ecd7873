namespace VideoExpress.Jobs.Timeline;

/// <summary>One progress from 0 to 1 over all runs of ffmpeg, some of them at the same time; never backwards.</summary>
/// <param name="whole">Told of every hundredth.</param>
internal sealed class StitchProgress(IProgress<double> whole)
{
    private const double Step = 0.01;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, double> _shares = [];
    private double _told;

    /// <summary>Sets how much of the whole a part has done, from any thread.</summary>
    public void Report(string part, double share)
    {
        lock (_gate)
        {
            _shares[part] = Math.Max(share, _shares.GetValueOrDefault(part));
            var sum = Math.Min(1, _shares.Values.Sum());
            if (sum >= _told + Step)
            {
                _told = sum;
                whole.Report(sum);
            }
        }
    }
}
