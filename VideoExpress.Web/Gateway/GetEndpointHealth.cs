using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Gateway;

/// <summary><c>GET /v2/{endpoint}/health</c>: requests and workers in numbers, and what is wrong with the local worker.</summary>
internal static class GetEndpointHealth
{
    public static void MapGetEndpointHealth(this IEndpointRouteBuilder clients) => clients.MapGet("health", Handle);

    private static IResult Handle(GpuRequests requests, Workers workers, LocalWorkerState local)
    {
        var (statuses, retried, busy) = requests.Count();
        var known = workers.Known;
        var running = known.Count(worker => busy.Contains(worker.Id));
        var unhealthy = known.Count(worker => worker.Problem is not null && !busy.Contains(worker.Id));
        var idle = known.Count - running - unhealthy;
        var starting = local.CurrentId is { } id && known.All(worker => worker.Id != id) ? 1 : 0;
        return Answer.Json(
            new HealthAnswer(
                new GpuJobs(
                    statuses.GetValueOrDefault(RunPodStates.Completed),
                    statuses.GetValueOrDefault(RunPodStates.Failed) + statuses.GetValueOrDefault(RunPodStates.TimedOut),
                    statuses.GetValueOrDefault(RunPodStates.InProgress),
                    statuses.GetValueOrDefault(RunPodStates.InQueue),
                    retried),
                new GpuWorkers(idle, starting, idle, running, Throttled: 0, unhealthy),
                IdempotentKey: "attempt_id",
                local.Problem ?? known.FirstOrDefault(worker => worker.Problem is not null)?.Problem),
            GatewayJson.Default.HealthAnswer);
    }
}
