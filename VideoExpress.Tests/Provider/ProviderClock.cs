namespace VideoExpress.Tests.Provider;

/// <summary>The provider's time.</summary>
internal sealed class ProviderClock(TimeProvider time, double scale)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Since the provider was started.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start) * scale;

    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        Task.Delay(delay == Timeout.InfiniteTimeSpan ? delay : delay / scale, time, cancellationToken);

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationTokenSource LimitOf(TimeSpan limit) => new(limit / scale, time);
}
