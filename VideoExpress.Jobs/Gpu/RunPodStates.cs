namespace VideoExpress.Jobs.Gpu;

/// <summary>RunPod's words for the states of a request, and its two error texts that mean more than they say.</summary>
internal static class RunPodStates
{
    public const string InQueue = "IN_QUEUE";
    public const string InProgress = "IN_PROGRESS";
    public const string Completed = "COMPLETED";
    public const string Failed = "FAILED";
    public const string Cancelled = "CANCELLED";
    public const string TimedOut = "TIMED_OUT";

    /// <summary>The error of a request that is FAILED because its time was up.</summary>
    public const string ExecutionTimeoutExceeded = "executionTimeout exceeded";

    /// <summary>The error of a request whose workers vanished; RunPod's own words.</summary>
    public static string WorkersLost(int retries) => $"job timed out after {retries} retries";
}
