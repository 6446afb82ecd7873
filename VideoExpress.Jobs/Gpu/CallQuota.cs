using System.Threading.RateLimiting;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// How much of an operation's limit at RunPod is used from here. RunPod's own, for a user and endpoint (documentation, August 2026): /run 1000
/// in ten seconds and 200 at once, /status 2000 and 400, /cancel 100 and 20; beyond them it answers 429.
/// </summary>
/// <param name="AtOnce">Calls under way, with the pauses between their tries.</param>
/// <param name="Burst">Tries that need not wait after a quiet time.</param>
/// <param name="PerSecond">Tries beyond that: in any ten seconds at most <paramref name="Burst"/> and eleven times this many.</param>
internal sealed record CallQuota(int AtOnce, int Burst, int PerSecond)
{
    /// <summary><c>POST /run</c></summary>
    public static readonly CallQuota Run = new(AtOnce: 180, Burst: 200, PerSecond: 70);

    /// <summary><c>GET /status</c></summary>
    public static readonly CallQuota Status = new(AtOnce: 360, Burst: 200, PerSecond: 160);

    /// <summary><c>POST /cancel</c></summary>
    public static readonly CallQuota Cancel = new(AtOnce: 18, Burst: 20, PerSecond: 7);

    /// <summary>More that wait than anybody can mean; the next one is refused.</summary>
    private const int LongestQueue = 1000;

    /// <summary>Lets <see cref="AtOnce"/> calls in.</summary>
    public RateLimiter LimitAtOnce() => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = AtOnce, QueueLimit = LongestQueue });

    /// <summary>Lets <see cref="PerSecond"/> tries a second in, on the machine's own clock.</summary>
    public RateLimiter LimitRate() => new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
    {
        TokenLimit = Burst,
        TokensPerPeriod = PerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = LongestQueue,
    });
}
