using Hangfire;
using Hangfire.Common;

namespace VideoExpress.Bench.Storage;

/// <summary>The background jobs: they do nothing but say that they run, or wait.</summary>
public static class Jobs
{
    /// <summary>Stays failed once it is.</summary>
    internal static Job NotRetried { get; } = Job.FromExpression(() => Fail());

    internal static Job Signalled { get; } = Job.FromExpression(() => Signal());

    internal static Job Cancelled { get; } = Job.FromExpression(() => WaitUntilCancelled(CancellationToken.None));

    public static void CountInSQLite() => SQLitePeer.Ran.Ran();

    public static void CountInMemory() => InMemoryPeer.Ran.Ran();

    public static void Signal() => Measures.Latency.Started();

    public static void WaitUntilCancelled(CancellationToken cancellationToken)
    {
        Measures.Cancel.Started();
        cancellationToken.WaitHandle.WaitOne();
        Measures.Cancel.Told();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public static void Due(long dueTicks) => Measures.Delayed.Started(dueTicks);

    public static void LetNextIn() => Measures.Soak.Ran();

    [AutomaticRetry(Attempts = 0)]
    public static void Fail() => throw new InvalidOperationException("This job fails.");
}
