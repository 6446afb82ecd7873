using System.Globalization;
using VideoExpress.Tests.Provider;

namespace VideoExpress.Tests.Durability.Torture;

/// <summary>What is done to a server: its jobs, and how its processes die, one after another. Made from a seed alone.</summary>
/// <param name="Seed">Makes the same schedule again.</param>
/// <param name="Chain">The chain of its jobs; null: a monkey's, of any chain.</param>
/// <param name="Failpoint">Where the first process dies; null: at random moments.</param>
/// <param name="Crashes">How often.</param>
/// <param name="Deaths">How one process after another dies; the server behind the last lives on.</param>
/// <param name="Jobs">What is handed in.</param>
internal sealed record Schedule(
    int Seed, Chain? Chain, string? Failpoint, Crashes Crashes, IReadOnlyList<Death> Deaths, IReadOnlyList<PlannedJob> Jobs)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: {Chain?.ToString() ?? "monkey"}, {string.Join(", then ", Deaths)}; {string.Join("; ", Jobs.Select((job, index) => $"job {index}: {job}"))}");
}

/// <summary>Which steps the jobs walk through.</summary>
internal enum Chain
{
    /// <summary>Submit, Poll, Upload.</summary>
    Gpu,

    /// <summary>Submit, Poll, Upload, Stitch, Upload.</summary>
    GpuWithStitch,

    /// <summary>Stitch, Upload.</summary>
    Local,

    /// <summary>Submit, Poll, Upload, cancelled somewhere on the way.</summary>
    Canceled,

    /// <summary>Submit, Poll, Upload by the real local worker behind our own gateway.</summary>
    Draft,
}

/// <summary>How often the server dies.</summary>
internal enum Crashes
{
    /// <summary>Once, at the failpoint.</summary>
    One,

    /// <summary>Twice at the failpoint.</summary>
    Two,

    /// <summary>At the failpoint, and again somewhere while it recovers.</summary>
    InRecovery,
}

/// <summary>How a process dies: the server at a failpoint, or it or its worker when their time is over.</summary>
internal sealed record Death(string? Failpoints, TimeSpan? After, bool IsOfWorker = false)
{
    public override string ToString() =>
        Failpoints ?? string.Create(CultureInfo.InvariantCulture, $"{(IsOfWorker ? "worker " : "")}killed after {After?.TotalMilliseconds:0} ms");
}

/// <summary>A job to be handed in.</summary>
/// <param name="Chain">Its chain.</param>
/// <param name="HandedInAfter">When, from the one before.</param>
/// <param name="CanceledAfter">When it is cancelled, from its acceptance; null: never.</param>
/// <param name="Behaviours">What goes wrong with its submissions, in their order; nothing with those behind.</param>
internal sealed record PlannedJob(Chain Chain, TimeSpan HandedInAfter, TimeSpan? CanceledAfter, IReadOnlyList<Misbehaviour> Behaviours)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Chain} after {HandedInAfter.TotalMilliseconds:0} ms{(CanceledAfter is { } after ? $" cancelled after {after.TotalMilliseconds:0} ms" : "")} ({string.Join(" | ", Behaviours)})");
}
