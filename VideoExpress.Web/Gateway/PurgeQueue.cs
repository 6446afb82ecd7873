namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>POST /v2/{endpoint}/purge-queue</c>: cancels everybody's requests that wait; those that run go on. A body is not read, as for a
/// cancel.
/// </summary>
internal static class PurgeQueue
{
    public static void MapPurgeQueue(this IEndpointRouteBuilder clients) => clients.MapPost("purge-queue", Handle);

    private static IResult Handle(GpuRequests requests) =>
        Answer.Json(new PurgeAnswer(requests.Purge(), "completed"), GatewayJson.Default.PurgeAnswer);
}
