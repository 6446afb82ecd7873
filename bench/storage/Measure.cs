namespace VideoExpress.Bench.Storage;

/// <summary>A question that each round answers anew, in one figure or more.</summary>
internal abstract class Measure
{
    /// <summary>How the command line calls it.</summary>
    public abstract string Name { get; }

    public abstract IEnumerable<Figure> Run(Round round);
}

/// <summary>What the measures of a run share.</summary>
internal sealed record Round(string Folder, int Jobs, Raw Raw)
{
    /// <summary>So many jobs go first and do not count: code is compiled, statements are prepared, pools are filled.</summary>
    public int WarmUp => Jobs / 4;

    public SQLitePeer SQLite() => new(Folder);
}
