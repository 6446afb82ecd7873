using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Chain;

public sealed class RetryPolicyTests
{
    [Fact]
    public void WhatCannotHeal_IsNeverTriedAgain() =>
        Assert.Null(RetryPolicy.NextDelay(new GpuException("bad prompt", canHeal: false), tries: 1, jitter: 0.5));

    [Fact]
    public void WhatCanHeal_IsTriedTenTimes_WithGrowingPausesUpToFiveMinutes()
    {
        var error = new GpuException("busy", canHeal: true);
        var delays = Enumerable.Range(1, 10).Select(tries => RetryPolicy.NextDelay(error, tries, jitter: 0.5)!.Value.TotalSeconds).ToList();

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300], delays);
        Assert.Null(RetryPolicy.NextDelay(error, tries: 11, jitter: 0.5));
    }

    [Fact]
    public void Jitter_SpreadsByAQuarterEitherWay()
    {
        var error = new GpuException("busy", canHeal: true);

        Assert.Equal(6, RetryPolicy.NextDelay(error, tries: 4, jitter: 0)!.Value.TotalSeconds);
        Assert.Equal(10, RetryPolicy.NextDelay(error, tries: 4, jitter: 1)!.Value.TotalSeconds);
    }

    [Fact]
    public void RetryAfter_IsObeyed()
    {
        var error = new GpuException("busy", canHeal: true) { RetryAfter = TimeSpan.FromMinutes(7) };

        Assert.Equal(TimeSpan.FromMinutes(7), RetryPolicy.NextDelay(error, tries: 1, jitter: 0.5));
    }

    [Fact]
    public void AnUnclassifiedFault_IsTriedThreeTimes_AndToldWithoutItsInternals()
    {
        var error = new InvalidOperationException("secret path /srv/x");

        Assert.NotNull(RetryPolicy.NextDelay(error, tries: 3, jitter: 0.5));
        Assert.Null(RetryPolicy.NextDelay(error, tries: 4, jitter: 0.5));
        Assert.DoesNotContain("secret", RetryPolicy.Sentence(error), StringComparison.Ordinal);
    }
}
