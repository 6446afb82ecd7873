namespace VideoExpress.Web.Gateway;

/// <summary>Times as the database has them: UTC microseconds since 1970.</summary>
internal static class UnixMicros
{
    private const long TicksPerMicro = TimeSpan.TicksPerMicrosecond;

    public static long Now(this TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Micros();

    public static long Micros(this TimeSpan span) => span.Ticks / TicksPerMicro;

    /// <summary>Whole milliseconds, the unit of the wire, between two times.</summary>
    public static long? MillisecondsTo(this long? from, long? to) => (to - from) / 1000;
}
