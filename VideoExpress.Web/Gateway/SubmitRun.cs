namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>POST /v2/{endpoint}/run</c>: keeps a request. The answer is exactly 200: RunPod's npm client knows no other success.
/// </summary>
internal static class SubmitRun
{
    public static void MapSubmitRun(this IEndpointRouteBuilder clients) => clients.MapPost("run", HandleAsync);

    private static async Task<IResult> HandleAsync(HttpContext context, GpuRequests requests)
    {
        if (await RequestBody.ReadAsync(context, RequestBody.MaxSubmission) is not { } body)
        {
            return Answer.Error(StatusCodes.Status400BadRequest, "exceeded max body size of 10MiB");
        }

        return RunRequest.Read(body) switch
        {
            ({ } request, _) => Answer.Json(requests.Submit(request), GatewayJson.Default.RequestAnswer),
            (_, var problem) => Answer.Error(StatusCodes.Status400BadRequest, problem!),
        };
    }
}
