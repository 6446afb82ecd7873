namespace VideoExpress.Web.Gateway;

/// <summary>Times as the wire has them.</summary>
internal static class WireTime
{
    /// <summary>Whole milliseconds between two times of the database.</summary>
    public static long? MillisecondsTo(this long? from, long? to) => (to - from) / 1000;
}
