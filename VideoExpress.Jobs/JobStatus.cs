namespace VideoExpress.Jobs;

/// <summary>
/// What a job's <c>status</c> says: QUEUED → RUNNING → SUCCEEDED | FAILED | CANCELED. A terminal status is left only by an explicit retry.
/// </summary>
public enum JobStatus
{
    /// <summary>Waiting for other jobs, or for its first step.</summary>
    Queued,

    /// <summary>From the first step on; never back to queued.</summary>
    Running,

    /// <summary>Every output is published.</summary>
    Succeeded,

    /// <summary>It ended with an error; the paid work that succeeded is kept for a retry.</summary>
    Failed,

    /// <summary>Cancelled by its owner; nothing of it is published afterwards.</summary>
    Canceled,
}

/// <summary>The words of <see cref="JobStatus"/> in the API and the database.</summary>
public static class JobStatusWords
{
    /// <summary>The status as the API and the database write it.</summary>
    public static string Word(this JobStatus status) => status.ToString().ToUpperInvariant();

    /// <summary>True for a status that only an explicit retry leaves.</summary>
    public static bool IsTerminal(this JobStatus status) => status >= JobStatus.Succeeded;
}
