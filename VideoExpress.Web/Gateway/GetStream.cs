using System.Text.Json;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>GET /v2/{endpoint}/stream/{id}</c>: the chunks that the client was not given yet, held a second when there is none, since RunPod's npm
/// client asks without a pause.
/// </summary>
internal static class GetStream
{
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(1);

    public static void MapGetStream(this IEndpointRouteBuilder clients) => clients.MapGet("stream/{id}", HandleAsync);

    private static async Task<IResult> HandleAsync(
        string id, HttpContext context, StreamChunks chunks, GatewaySignals signals, LongPoll poll)
    {
        await poll.HoldAsync(
            () => chunks.Next(id) is null or { HasNews: true }, () => signals.RequestMoved.Next, HoldTime, context.RequestAborted);
        if (chunks.Next(id) is not { } part)
        {
            return Answer.JobNotFound();
        }

        if (part.Chunks.Count > 0)
        {
            chunks.MarkGiven(id, part);
        }

        var answer = JsonSerializer.SerializeToUtf8Bytes(new StreamAnswer(part.Status, part.Chunks), GatewayJson.Default.StreamAnswer);
        if (!await Answer.TryWriteAsync(context, answer))
        {
            chunks.TakeBack(id, part);
        }

        return Results.Empty;
    }
}
