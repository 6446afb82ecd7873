namespace VideoExpress.Tests.Integration.Chain;

/// <summary>
/// A wall clock that is set, or found ahead after its machine slept. Timestamps and timers go on as they are: Linux's monotonic clock stands
/// still while the machine does.
/// </summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ahead;

    /// <summary>Sets it forward, or back.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
}
