using System.Globalization;
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
            (string worker, [FromQuery(Name = "batch_size")] string? size, [AsParameters] Parts parts) =>
                HandleAsync(worker, BatchOf(size), isBatch: true, parts));
    }

    /// <summary>Never refused, whatever stands there: a worker would ask again without a pause.</summary>
    private static int BatchOf(string? size) =>
        int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Clamp(number, 1, MaxBatch) : 1;

    private static async Task<IResult> HandleAsync(string worker, int limit, bool isBatch, Parts parts)
    {
        var aborted = parts.Context.RequestAborted;
        if (parts.Local.IsOver(worker))
        {
            return await parts.Access.RefuseSlowlyAsync(aborted);
        }

        var known = parts.Workers.Seen(worker);
        known.Problem = null;
        parts.Local.IsReady(worker);
        var fileBase = parts.FileUrls.BaseFor(worker);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted, known.PollsEnd);
        var jobs = await parts.Poll.HoldAsync(() => parts.HandOuts.Take(worker, limit), () => parts.Signals.WorkArrived.Next, end.Token);
        if (jobs is null)
        {
            return TypedResults.StatusCode(parts.Poll.IsDraining ? StatusCodes.Status429TooManyRequests : StatusCodes.Status204NoContent);
        }

        jobs = [.. jobs.Select(job => job with { Input = parts.FileUrls.Below(fileBase, job.Input) })];
        var answer = isBatch
            ? JsonSerializer.SerializeToUtf8Bytes(jobs, GatewayJson.Default.IReadOnlyListTakenJob)
            : JsonSerializer.SerializeToUtf8Bytes(jobs[0], GatewayJson.Default.TakenJob);
        if (!await Answer.TryWriteAsync(parts.Context, answer))
        {
            parts.HandOuts.PutBack(worker, jobs);
        }

        return Results.Empty;
    }

    /// <summary>What the two calls need of the host.</summary>
    private sealed record Parts(
        HttpContext Context, HandOuts HandOuts, Workers Workers, GatewaySignals Signals, LocalWorkerState Local, LongPoll Poll,
        GatewayAccess Access, WorkerFileUrls FileUrls);
}
