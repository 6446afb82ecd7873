using System.Globalization;

namespace VideoExpress.Web.Gateway;

/// <summary>How long a client wants to wait for the end of its request.</summary>
internal static class WaitTime
{
    // RunPod's own numbers.
    private const long Shortest = 1_000;
    private const long Longest = 300_000;
    private const long Normal = 90_000;

    /// <summary>Reads <c>?wait=milliseconds</c>: what is out of range is taken for the nearest, what is no number for the default.</summary>
    public static TimeSpan Of(string? wait) => TimeSpan.FromMilliseconds(
        long.TryParse(wait, NumberStyles.Integer, CultureInfo.InvariantCulture, out var milliseconds)
            ? Math.Clamp(milliseconds, Shortest, Longest)
            : Normal);
}
