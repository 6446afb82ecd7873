using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Gateway;

/// <summary>What <c>GET /status</c> needs of one row of <c>gpu_requests</c>.</summary>
internal sealed record GatewayRequest
{
    /// <summary>The columns, named as the properties are.</summary>
    public const string Columns =
        """
        id as Id, status as Status, queued_at as QueuedAt, taken_at as TakenAt, finished_at as FinishedAt, worker_id as WorkerId,
        retries as Retries, progress as Progress, output as Output, error as Error
        """;

    public required string Id { get; init; }

    public required string Status { get; init; }

    public long QueuedAt { get; init; }

    public long? TakenAt { get; init; }

    public long? FinishedAt { get; init; }

    public string? WorkerId { get; init; }

    public long Retries { get; init; }

    public string? Progress { get; init; }

    public string? Output { get; init; }

    public string? Error { get; init; }

    public bool IsOver => Status is not (RunPodStates.InQueue or RunPodStates.InProgress);
}
