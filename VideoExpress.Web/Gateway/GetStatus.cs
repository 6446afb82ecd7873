namespace VideoExpress.Web.Gateway;

/// <summary>
/// Where a request stands: <c>GET /v2/{endpoint}/status/{id}</c> at once, <c>GET /v2/{endpoint}/status-sync/{id}</c> when it is over or
/// the caller's <c>wait</c> is.
/// </summary>
internal static class GetStatus
{
    public static void MapGetStatus(this IEndpointRouteBuilder clients)
    {
        clients.MapGet("status/{id}", Handle);
        clients.MapGet("status-sync/{id}", HandleSyncAsync);
    }

    private static IResult Handle(string id, GpuRequests requests) => Answer.StatusOf(requests.Find(id));

    private static async Task<IResult> HandleSyncAsync(
        string id, string? wait, GpuRequests requests, GatewaySignals signals, LongPoll poll, CancellationToken cancellationToken)
    {
        await poll.HoldAsync(
            () => requests.Find(id) is null or { IsOver: true }, () => signals.RequestMoved.Next, WaitTime.Of(wait), cancellationToken);
        return Answer.StatusOf(requests.Find(id));
    }
}
