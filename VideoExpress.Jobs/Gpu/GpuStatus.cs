using System.Text.Json;

namespace VideoExpress.Jobs.Gpu;

/// <summary>Where a request stands at the provider.</summary>
public enum GpuState
{
    /// <summary>Waiting for a worker, also again after a worker was lost.</summary>
    InQueue,

    /// <summary>A worker has it; also every status that we do not know.</summary>
    InProgress,

    /// <summary>Over. The output can still be missing: the provider refuses results that are too large.</summary>
    Completed,

    /// <summary>Over with an error.</summary>
    Failed,

    /// <summary>Over on request.</summary>
    Cancelled,

    /// <summary>Over by its execution time-out (which RunPod reports as FAILED) or, while queued, by its time to live.</summary>
    TimedOut,

    /// <summary>Expired, deleted, another endpoint's, or not visible yet: never a failure by itself.</summary>
    NotFound,
}

/// <summary>One look at a request. Only the id and the state are certain.</summary>
public sealed record GpuStatus
{
    /// <summary>The provider's id.</summary>
    public required string RequestId { get; init; }

    /// <summary>Where it stands.</summary>
    public required GpuState State { get; init; }

    /// <summary>The worker's progress, 0 to 100, while in progress.</summary>
    public int? Progress { get; init; }

    /// <summary>The worker's word for what it is doing, while in progress.</summary>
    public string? Phase { get; init; }

    /// <summary>Number of the progress report; the highest is the newest.</summary>
    public long? Seq { get; init; }

    /// <summary>The handler's output once the request is over, of any JSON kind but null; a failed one may have it too.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>What went wrong, without tracebacks and file paths of the worker.</summary>
    public string? Error { get; init; }

    /// <summary>How long the request waited before its last pick-up.</summary>
    public TimeSpan? DelayTime { get; init; }

    /// <summary>How long the worker had it: the time that is charged.</summary>
    public TimeSpan? ExecutionTime { get; init; }

    /// <summary>The worker that has or had it.</summary>
    public string? WorkerId { get; init; }

    /// <summary>How often the provider handed it out again after a worker was lost.</summary>
    public int Retries { get; init; }

    /// <summary>True when it failed because its workers died or never accepted it, and not by an error of the handler.</summary>
    public bool IsLostWorker =>
        State == GpuState.Failed && Retries > 0 && Error is { } error && error.StartsWith("job timed out after", StringComparison.Ordinal);
}
