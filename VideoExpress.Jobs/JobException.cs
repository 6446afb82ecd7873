namespace VideoExpress.Jobs;

/// <summary>
/// Something outside failed a job's step. Whoever throws says whether it can heal: then the step is tried again with back-off;
/// otherwise the job is FAILED at once with this message.
/// </summary>
/// <param name="message">A sentence fit for a creator's eyes: what happened and what to do next; no secrets, no paths, no traces.</param>
/// <param name="canHeal">True when the same call may work later: time-outs, 429, 5xx, refused connections.</param>
/// <param name="innerException">The cause, for the log.</param>
public abstract class JobException(string message, bool canHeal, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>True when the same call may work later.</summary>
    public bool CanHeal { get; } = canHeal;

    /// <summary>Tries that are worth it, when fewer or more than usual are; null: as many as usual.</summary>
    public int? TriesAtMost { get; init; }

    /// <summary>How long the other side asked to wait, if it said so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
