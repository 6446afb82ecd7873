namespace VideoExpress.Jobs.Gpu;

/// <summary>How long a request of one job type may take; asked of <see cref="RunPodSettings.LimitsFor"/>.</summary>
/// <param name="ExecutionTimeout">The provider's limit from the pick-up by a worker.</param>
/// <param name="TimeToLive">The provider forgets the request, in any state, this long after its submission.</param>
public sealed record RunLimits(TimeSpan ExecutionTimeout, TimeSpan TimeToLive)
{
    /// <summary>RunPod's limit of both, and that of URLs signed by S3's signature version 4.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>A request that lives shorter is forgotten while an endpoint without workers gets its first one.</summary>
    public static readonly TimeSpan ShortestLife = TimeSpan.FromHours(1);

    /// <summary>RunPod hands a request whose worker vanished out once more: its run may begin anew.</summary>
    private const int Redispatches = 1;

    private static readonly TimeSpan LongestQueueWait = TimeSpan.FromDays(1);

    /// <summary>Room for a worker that ran its whole time to put its files.</summary>
    private static readonly TimeSpan PutTime = TimeSpan.FromHours(1);

    /// <summary>How long URLs handed to a worker work: it may start as late as the request lives and run its whole time.</summary>
    public TimeSpan WorkerUrlLifetime { get; } = AtMost(TimeToLive + ExecutionTimeout + PutTime);

    /// <summary>A life that lasts for a day in the queue and for every run.</summary>
    internal static TimeSpan LifeOf(TimeSpan executionTimeout) => AtMost((executionTimeout * (1 + Redispatches)) + LongestQueueWait);

    private static TimeSpan AtMost(TimeSpan needed) => needed < Longest ? needed : Longest;
}
