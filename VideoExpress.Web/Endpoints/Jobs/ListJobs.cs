using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary><c>GET /jobs?limit=50</c></summary>
internal static class ListJobs
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;

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

        var count = DefaultLimit;
        if (limit is not null && (!int.TryParse(limit, out count) || count is < 1 or > MaxLimit))
        {
            return Problem.Validation(new Dictionary<string, string[]>
            {
                ["limit"] = [$"must be a whole number from 1 to {MaxLimit}, not {limit}."],
            });
        }

        IReadOnlyList<JobView> jobs = [.. desk.List(count).Select(found => JobView.Of(found.Job, found.Outputs, links, request))];
        return TypedResults.Ok(jobs);
    }
}
