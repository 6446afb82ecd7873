namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>POST /v2/{endpoint}/run</c> keeps a request; <c>POST /v2/{endpoint}/runsync</c> also waits for its end, as long as the caller's
/// <c>wait</c> says.
/// </summary>
internal static class SubmitRun
{
    private const string SyncPrefix = "sync-";

    public static void MapSubmitRun(this IEndpointRouteBuilder clients)
    {
        clients.MapPost("run", HandleAsync);
        clients.MapPost("runsync", HandleSyncAsync);
    }

    private static async Task<IResult> HandleAsync(HttpContext context, GpuRequests requests)
    {
        var (request, refusal) = await ReadAsync(context, RequestBody.MaxSubmission);
        return request is null ? refusal! : Answer.Json(requests.Submit(request), GatewayJson.Default.RequestAnswer);
    }

    private static async Task<IResult> HandleSyncAsync(
        HttpContext context, string? wait, GpuRequests requests, GatewaySignals signals, LongPoll poll)
    {
        var (request, refusal) = await ReadAsync(context, RequestBody.MaxSyncSubmission);
        if (request is null)
        {
            return refusal!;
        }

        var accepted = requests.Submit(request, SyncPrefix);
        await poll.HoldAsync(
            () => requests.Find(accepted.Id) is null or { IsOver: true }, () => signals.RequestMoved.Next, WaitTime.Of(wait),
            context.RequestAborted);
        var now = requests.Find(accepted.Id);
        return now is { IsOver: false }
            ? Answer.Json(accepted with { Status = now.Status }, GatewayJson.Default.RequestAnswer)
            : Answer.StatusOf(now);
    }

    private static async Task<(RunRequest? Request, IResult? Refusal)> ReadAsync(HttpContext context, int limit)
    {
        if (await RequestBody.ReadAsync(context, limit) is not { } body)
        {
            return (null, Answer.Error(StatusCodes.Status400BadRequest, $"exceeded max body size of {limit >> 20}MiB"));
        }

        return RunRequest.Read(body) switch
        {
            ({ } request, _) => (request, null),
            (_, var problem) => (null, Answer.Error(StatusCodes.Status400BadRequest, problem!)),
        };
    }
}
