using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace VideoExpress.Web.Gateway;

/// <summary><c>GET /v2/{endpoint}/ping/{worker}</c>: a worker lives, and this is what it works on.</summary>
internal static partial class Ping
{
    public static void MapPing(this IEndpointRouteBuilder workers) => workers.MapGet("ping/{worker}", HandleAsync);

    private static async Task<Ok> HandleAsync(
        string worker, [FromQuery(Name = "job_id")] string? jobIds, string? status, string? check,
        Workers workers, LostRequests lost, ILogger<Workers> log, CancellationToken cancellationToken)
    {
        var known = workers.Seen(worker);
        if (status == "unhealthy")
        {
            known.Problem = $"A worker's start-up check failed: {check ?? "unknown"}.";
            LogUnhealthy(log, worker, check);
        }

        var listed = (jobIds ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        await lost.CompareAsync(known, listed.ToHashSet(), cancellationToken);
        return TypedResults.Ok();
    }

    [LoggerMessage(LogLevel.Warning, "Worker {WorkerId} failed its start-up check {Check}")]
    private static partial void LogUnhealthy(ILogger log, string workerId, string? check);
}
