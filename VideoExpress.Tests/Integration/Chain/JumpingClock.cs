namespace VideoExpress.Tests.Integration.Chain;

/// <summary>
/// A wall clock that is set, or found ahead after its machine slept. Timestamps and timers go on as they are: Linux's monotonic clock stands
/// still while the machine does.
/// </summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ahead;
    private long _passed;

    /// <summary>Sets it forward, or back.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    /// <summary>Time goes by in whole seconds, and everybody is awake; timers do not notice.</summary>
    public void Pass(TimeSpan time)
    {
        Interlocked.Add(ref _passed, time.Ticks);
        Jump(time);
    }

    public override long GetTimestamp() => System.GetTimestamp() + (Interlocked.Read(ref _passed) / TimeSpan.TicksPerSecond * TimestampFrequency);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
}
