namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>POST /v2/{endpoint}/job-done/{worker}/{id}</c>: progress or result. 200 only after the commit, and also for what is too late or
/// unknown: a worker that gets a 4xx throws its result away.
/// </summary>
internal static class PostResult
{
    public static void MapPostResult(this IEndpointRouteBuilder workers) => workers.MapPost("job-done/{worker}/{id}", HandleAsync);

    private static async Task<IResult> HandleAsync(string worker, string id, HttpContext context, HandOuts handOuts, Workers workers)
    {
        var report = await RequestBody.ReadAsync(context, RequestBody.MaxResult) is { } body
            ? WorkerReport.Read(body)
            : new WorkerReport.Result(null, "the result exceeds 32 MiB");
        handOuts.Report(worker, id, report);
        var known = workers.Seen(worker);
        known.Heard(id, isOver: report is WorkerReport.Result);
        if (report is WorkerReport.Result { IsWorkerEnding: true })
        {
            known.LetGo();
        }

        return TypedResults.Ok();
    }
}
