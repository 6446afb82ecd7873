using Hangfire.Common;

namespace VideoExpress.Bench.Storage;

/// <summary>The background jobs: they do nothing but say that they run.</summary>
public static class Jobs
{
    internal static Job Counted { get; } = Job.FromExpression(() => Count());

    internal static Job Signalled { get; } = Job.FromExpression(() => Signal());

    public static void Count() => Tally.Ran();

    public static void Signal() => Measures.Latency.Started();

    public static void Due(long dueTicks) => Measures.Delayed.Started(dueTicks);

    public static void LetNextIn() => Measures.Soak.Ran();
}
