namespace VideoExpress.Jobs;

/// <summary>The finer truth beside <see cref="JobStatus"/>: what is being done for the job now.</summary>
public static class JobPhase
{
    /// <summary>Waits for other jobs to succeed, or for its first step to be picked up.</summary>
    public const string Waiting = "waiting";

    /// <summary>Held back; <c>held_reason</c> says why.</summary>
    public const string Held = "held";

    /// <summary>Being sent to the provider.</summary>
    public const string Submitting = "submitting";

    /// <summary>Accepted by the provider, no worker has it yet.</summary>
    public const string InGpuQueue = "in_gpu_queue";

    /// <summary>A worker has it and has not reported progress yet.</summary>
    public const string ColdStart = "cold_start";

    /// <summary>A worker reports progress.</summary>
    public const string Generating = "generating";

    /// <summary>The finished files are fetched and checked.</summary>
    public const string Collecting = "collecting";

    /// <summary>FFmpeg is at work.</summary>
    public const string Stitching = "stitching";

    /// <summary>The final files are put under their published keys.</summary>
    public const string Publishing = "publishing";

    /// <summary>The job is CANCELED and the provider has not acknowledged it yet.</summary>
    public const string Canceling = "canceling";
}

/// <summary>Words of a job's <c>held_reason</c>.</summary>
internal static class HeldReason
{
    /// <summary>Whether the provider has, or still has, the request is not known; it is looked for before anything is paid again.</summary>
    public const string FateUnknown = "fate_unknown";

    /// <summary>A call failed and will be repeated.</summary>
    public static string Retrying(string sentence) => $"retrying: {sentence}";
}
