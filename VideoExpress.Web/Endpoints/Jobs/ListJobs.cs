using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary><c>GET /jobs?limit=50</c></summary>
internal static class ListJobs
{
    public static void MapListJobs(this IEndpointRouteBuilder routes) => routes
        .MapGet("/jobs", Handle)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .WithTags("Jobs")
        .WithName(nameof(ListJobs))
        .WithSummary("The newest jobs, newest first.");

    private static Results<Ok<IReadOnlyList<JobView>>, ProblemHttpResult> Handle(HttpRequest request, JobDesk desk, OutputLinks links, string? limit = null)
    {
        if (QueryNames.Unknown(request.Query, nameof(limit)) is { } unknown)
        {
            return unknown;
        }

        if (!ListLimit.TryRead(limit, out var count, out var wrong))
        {
            return wrong;
        }

        IReadOnlyList<JobView> jobs = [.. desk.List(count).Select(found => JobView.Of(found.Job, found.Outputs, links, request))];
        return TypedResults.Ok(jobs);
    }
}
