using VideoExpress.Jobs;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary><c>POST /jobs/{id}/retry</c></summary>
internal static class RetryJob
{
    public static void MapRetryJob(this IEndpointRouteBuilder routes) => routes
        .MapPost("/jobs/{id}/retry", (string id, HttpRequest request, JobDesk desk, OutputLinks links, JobRetry retry) =>
            ChangedJob.Answer(id, request, desk, links, retry.Retry))
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .WithTags("Jobs")
        .WithName(nameof(RetryJob))
        .WithSummary("Have a FAILED job go on from the step that failed: a finished generation is not paid again.");
}
