namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>POST /v2/{endpoint}/cancel/{id}</c>: CANCELLED at once, also while it runs; what is over keeps its status. A body is not read: some
/// clients announce JSON and send none.
/// </summary>
internal static class CancelRequest
{
    public static void MapCancelRequest(this IEndpointRouteBuilder clients) => clients.MapPost("cancel/{id}", Handle);

    private static IResult Handle(string id, GpuRequests requests) => Answer.StatusOf(requests.Cancel(id));
}
