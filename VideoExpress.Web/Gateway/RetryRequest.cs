namespace VideoExpress.Web.Gateway;

/// <summary>
/// <c>POST /v2/{endpoint}/retry/{id}</c>: a request that FAILED or TIMED_OUT waits again, under its id and with its input.
/// </summary>
internal static class RetryRequest
{
    public static void MapRetryRequest(this IEndpointRouteBuilder clients) => clients.MapPost("retry/{id}", Handle);

    private static IResult Handle(string id, GpuRequests requests) => requests.Retry(id) switch
    {
        true => Answer.Queued(id),
        false => Answer.Error(StatusCodes.Status400BadRequest, "only a job that is FAILED or TIMED_OUT can be retried"),
        null => Answer.JobNotFound(),
    };
}
