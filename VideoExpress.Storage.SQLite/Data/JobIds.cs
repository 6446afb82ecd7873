using System.Globalization;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>
/// Ids of background jobs: 64-bit numbers, written in the invariant culture. They are given out here rather than by the table, because a
/// transaction must answer with an id before it is committed.
/// </summary>
internal sealed class JobIds(long last)
{
    private long _last = last;

    public long Next() => Interlocked.Increment(ref _last);

    public static string ToText(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>False for everything that cannot be an id of ours, such as another storage's.</summary>
    public static bool TryParse(string text, out long id) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
