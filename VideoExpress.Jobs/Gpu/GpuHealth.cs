namespace VideoExpress.Jobs.Gpu;

/// <summary>An endpoint's own account of itself. Numbers it leaves out are 0.</summary>
/// <param name="Jobs">Requests by state.</param>
/// <param name="Workers">Workers by state.</param>
/// <param name="SubmitIsIdempotent">
/// True when the endpoint answers a second submission of an <c>attempt_id</c> with the first one's id: our gateway does, RunPod never does.
/// </param>
/// <param name="Problem">What keeps our gateway's local worker from working, with the remedy; null at RunPod and when all is well.</param>
public sealed record GpuHealth(GpuJobs Jobs, GpuWorkers Workers, bool SubmitIsIdempotent, string? Problem)
{
    /// <summary>True when requests wait and no worker of any kind is there: RunPod takes idle endpoints' workers away.</summary>
    public bool HasNoWorkers =>
        Jobs.InQueue > 0 && Workers is { Idle: 0, Initializing: 0, Ready: 0, Running: 0, Throttled: 0 };
}

/// <summary>Counts of requests; <c>Retried</c> are hand-outs after a worker was lost.</summary>
public sealed record GpuJobs(int Completed, int Failed, int InProgress, int InQueue, int Retried);

/// <summary>Counts of workers.</summary>
public sealed record GpuWorkers(int Idle, int Initializing, int Ready, int Running, int Throttled, int Unhealthy);
