namespace VideoExpress.Jobs.Chain;

/// <summary>Tells the bytes of several files, one after the other, as a share of them all.</summary>
/// <param name="step">Told the share, scaled to its part of a step's work.</param>
/// <param name="from">Of the step's work (0 to 1), where the first byte begins.</param>
/// <param name="to">And where the last one ends.</param>
/// <param name="totalBytes">Of all files; what a worker says may be wrong.</param>
internal sealed class ByteShare(IProgress<double> step, double from, double to, double totalBytes)
{
    private double _before;

    /// <summary>Takes the bytes of the next file, of that length.</summary>
    public IProgress<long> Next(long fileBytes)
    {
        var before = _before;
        _before += fileBytes;
        return new DirectProgress<long>(bytes => step.Report(from + ((to - from) * Math.Min(1, (before + bytes) / totalBytes))));
    }
}
