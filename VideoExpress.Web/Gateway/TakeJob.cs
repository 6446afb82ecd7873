using System.Text.Json;
using Microsoft.AspNetCore.Mvc;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>GET /v2/{endpoint}/job-take/{worker}</c> and <c>job-take-batch</c>: held until there is work, else 204 when the hold time is over.
/// </summary>
internal static class TakeJob
{
    private const int MaxBatch = 100;

    public static void MapTakeJob(this IEndpointRouteBuilder waitingWorkers)
    {
        waitingWorkers.MapGet("job-take/{worker}",
            (string worker, [AsParameters] Parts parts) => HandleAsync(worker, limit: 1, isBatch: false, parts));
        waitingWorkers.MapGet("job-take-batch/{worker}",
            (string worker, [FromQuery(Name = "batch_size")] int? size, [AsParameters] Parts parts) =>
                HandleAsync(worker, Math.Clamp(size ?? 1, 1, MaxBatch), isBatch: true, parts));
    }

    private static async Task<IResult> HandleAsync(string worker, int limit, bool isBatch, Parts parts)
    {
        var aborted = parts.Context.RequestAborted;
        if (parts.Local.IsOver(worker))
        {
            return await parts.Access.RefuseSlowlyAsync(aborted);
        }

        parts.Workers.Seen(worker).Problem = null;
        parts.Local.IsReady(worker);
        var fileBase = parts.FileUrls.BaseFor(worker);
        var jobs = await parts.Poll.HoldAsync(() => parts.HandOuts.Take(worker, limit), () => parts.Workers.WorkArrived.Next, aborted);
        if (jobs is null)
        {
            return TypedResults.StatusCode(parts.Poll.IsDraining ? StatusCodes.Status429TooManyRequests : StatusCodes.Status204NoContent);
        }

        jobs = [.. jobs.Select(job => job with { Input = parts.FileUrls.Below(fileBase, job.Input) })];
        var answer = isBatch
            ? JsonSerializer.SerializeToUtf8Bytes(jobs, GatewayJson.Default.IReadOnlyListTakenJob)
            : JsonSerializer.SerializeToUtf8Bytes(jobs[0], GatewayJson.Default.TakenJob);
        try
        {
            aborted.ThrowIfCancellationRequested();
            parts.Context.Response.ContentType = "application/json";
            parts.Context.Response.ContentLength = answer.Length;
            await parts.Context.Response.Body.WriteAsync(answer, aborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            parts.HandOuts.PutBack(worker, jobs);
        }

        return Results.Empty;
    }

    /// <summary>What the two calls need of the host.</summary>
    private sealed record Parts(
        HttpContext Context, HandOuts HandOuts, Workers Workers, LocalWorkerState Local, LongPoll Poll, GatewayAccess Access,
        WorkerFileUrls FileUrls);
}
