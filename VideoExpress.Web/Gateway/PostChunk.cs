namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>POST /v2/{endpoint}/job-stream/{worker}/{id}</c>: a chunk of a handler that yields. 200 only after the commit, and also for what no
/// client could be given: a chunk over RunPod's 1 MiB, or one that is no JSON.
/// </summary>
internal static partial class PostChunk
{
    public static void MapPostChunk(this IEndpointRouteBuilder workers) => workers.MapPost("job-stream/{worker}/{id}", HandleAsync);

    private static async Task<IResult> HandleAsync(
        string worker, string id, HttpContext context, HandOuts handOuts, Workers workers, ILogger<HandOuts> log)
    {
        if (await RequestBody.ReadAsync(context, RequestBody.MaxChunk) is { } body && OutputOf(body) is { } output)
        {
            handOuts.AddChunk(worker, id, output);
        }
        else
        {
            LogDropped(log, id, worker);
        }

        workers.Seen(worker).Heard(id, isOver: false);
        return TypedResults.Ok();
    }

    private static string? OutputOf(byte[] body)
    {
        if (!JsonText.TryParseObject(body, out var document))
        {
            return null;
        }

        using (document)
        {
            return document.RootElement.TryGetProperty("output", out var output) ? output.GetRawText() : null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "A chunk of request {RequestId} from worker {WorkerId} is dropped: it is no JSON with an output of at most 1 MiB")]
    private static partial void LogDropped(ILogger log, string requestId, string workerId);
}
