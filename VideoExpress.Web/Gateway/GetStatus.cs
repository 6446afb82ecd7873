namespace VideoExpress.Web.Gateway;

/// <summary><c>GET /v2/{endpoint}/status/{id}</c>: where a request stands.</summary>
internal static class GetStatus
{
    public static void MapGetStatus(this IEndpointRouteBuilder clients) => clients.MapGet("status/{id}", Handle);

    private static IResult Handle(string id, GpuRequests requests) => requests.Find(id) is { } request
        ? Answer.Json(StatusAnswer.Of(request), GatewayJson.Default.StatusAnswer)
        : Answer.Error(StatusCodes.Status404NotFound, "job not found");
}
