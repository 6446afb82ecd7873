namespace VideoExpress.Web.Gateway;

/// <summary><c>GET /v2/{endpoint}/job-stop/{worker}</c>: held until the worker shall stop something, else 204.</summary>
internal static class StopJobs
{
    public static void MapStopJobs(this IEndpointRouteBuilder waitingWorkers) => waitingWorkers.MapGet("job-stop/{worker}", HandleAsync);

    private static async Task<IResult> HandleAsync(string worker, Workers workers, LongPoll poll, CancellationToken cancellationToken)
    {
        var known = workers.Seen(worker);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, known.PollsEnd);
        var stops = await poll.HoldAsync(known.TakeStops, () => known.StopArrived.Next, end.Token);
        return stops is null ? TypedResults.NoContent() : Answer.Json(new StopAnswer(stops), GatewayJson.Default.StopAnswer);
    }
}
