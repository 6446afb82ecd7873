using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace VideoExpress.Jobs.Chain;

/// <summary>When a failed step is tried again: exponential back-off with jitter for what can heal, never for what cannot.</summary>
internal static class RetryPolicy
{
    private const int MaxTries = 10;

    /// <summary>A fault that nobody classified is likely a bug: a few tries show whether it heals.</summary>
    private const int MaxUnclassifiedTries = 3;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>The pause before try <paramref name="tries"/> + 1; null: the step has failed.</summary>
    /// <param name="error">What failed it.</param>
    /// <param name="tries">Failures in a row, this one included; 1 for the first.</param>
    /// <param name="jitter">0 to 1.</param>
    public static TimeSpan? NextDelay(Exception error, int tries, double jitter)
    {
        var limit = error switch
        {
            JobException { CanHeal: true } healing => healing.TriesAtMost ?? MaxTries,
            JobException => 0,
            SqliteException { SqliteErrorCode: raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_READONLY } => MaxTries, // the disk, not the job
            _ => MaxUnclassifiedTries,
        };
        if (tries > limit)
        {
            return null;
        }

        var delay = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, tries - 1)) * (0.75 + (0.5 * jitter)));
        return error is JobException { RetryAfter: { } asked } && asked > delay ? asked : delay;
    }

    /// <summary>The words for the job's <c>error</c>: a classified fault's own, else none of the fault's internals.</summary>
    public static string Sentence(Exception error) => error switch
    {
        JobException => error.Message,
        _ => $"Something went wrong inside VideoExpress ({error.GetType().Name}); the log has the details.",
    };
}
