namespace VideoExpress.Bench.Storage;

/// <summary>A question that each round answers anew, in one figure or more.</summary>
internal abstract class Measure
{
    /// <summary>How the command line calls it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it is how fast code runs; then it runs once before it counts.</summary>
    public virtual bool IsRate => true;

    public abstract IEnumerable<Figure> Run(Round round);
}

/// <summary>What the measures of a run share.</summary>
internal sealed record Round(string Folder, int Jobs, Raw Raw)
{
    /// <summary>So many jobs go first and do not count: statements are prepared, pools and caches are filled.</summary>
    public int WarmUp => Math.Max(1, Jobs / 4);

    public int Slice => Math.Max(1, Jobs / Work.Slices);

    public SQLitePeer SQLite() => new(Folder);

    /// <summary>Operations a second, from the total of slices of <paramref name="slice"/> operations each.</summary>
    public static double Rate(int slice, TimeSpan slices) => slice * Work.Slices / slices.TotalSeconds;
}
