using System.Globalization;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>
/// Ids of background jobs: 64-bit numbers, written in the invariant culture. They are given out here rather than by the table, because a
/// transaction must answer with an id before it is committed.
/// </summary>
/// <param name="last">No id up to it is given out.</param>
internal sealed class JobIds(long last)
{
    /// <summary>Ids are lost when the process ends; so many cost one more row to write.</summary>
    private const int ReservedAtOnce = 1000;

    private long _last = last;
    private long _reserved = last;

    public long Next() => Interlocked.Increment(ref _last);

    /// <summary>Has the file know, in the transaction that creates the job, that its id was given out.</summary>
    public void Reserve(WriteTurn turn, long id)
    {
        if (id <= Volatile.Read(ref _reserved))
        {
            return;
        }

        var upTo = id + ReservedAtOnce;
        turn.Sql.Execute("update hangfire_job_id set last = max(last, $up_to)", upTo);
        turn.AfterCommit(() => Volatile.Write(ref _reserved, upTo));
    }

    public static string ToText(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>False for everything that cannot be an id of ours, such as another storage's.</summary>
    public static bool TryParse(string text, out long id) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
