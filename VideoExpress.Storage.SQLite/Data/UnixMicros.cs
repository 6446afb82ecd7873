namespace VideoExpress.Storage.SQLite.Data;

/// <summary>Times as the file keeps them: UTC, in whole microseconds since 1970-01-01.</summary>
internal static class UnixMicros
{
    private const long EpochTicks = 621_355_968_000_000_000;

    /// <summary>The last that a <see cref="DateTime"/> can hold; what is rounded up may lie just behind.</summary>
    private static readonly long Last = FromTicks(DateTime.MaxValue.Ticks);

    public static long Now(TimeProvider time) => FromTicks(time.GetUtcNow().UtcTicks);

    /// <summary>A time without a kind is taken as UTC, as Hangfire does.</summary>
    public static long From(DateTime value) => FromTicks(AsUtc(value).Ticks);

    /// <summary>The first whole microsecond that is not before <paramref name="value"/>, so that nothing comes due early.</summary>
    public static long NotBefore(DateTime value) => FromTicks(AsUtc(value).Ticks + TimeSpan.TicksPerMicrosecond - 1);

    public static long From(TimeSpan value) => value.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTime ToUtc(long micros) =>
        new(EpochTicks + Math.Min(micros, Last) * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);

    public static DateTime? ToUtc(long? micros) => micros is { } value ? ToUtc(value) : null;

    private static long FromTicks(long ticks) => Math.DivRem(ticks - EpochTicks, TimeSpan.TicksPerMicrosecond).Quotient;

    private static DateTime AsUtc(DateTime value) => value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value;
}
