using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary><c>GET /jobs?limit=50</c>, <c>GET /jobs?trash=true</c></summary>
internal static class ListJobs
{
    public static void MapListJobs(this IEndpointRouteBuilder routes) => routes
        .MapGet("/jobs", Handle)
        .WithTags("Jobs")
        .WithName(nameof(ListJobs))
        .WithSummary("The newest jobs, newest first; with trash=true those in the trash.");

    private static Ok<IReadOnlyList<JobView>> Handle(
        HttpRequest request, JobDesk desk, OutputLinks links, string? limit = null, string? trash = null)
    {
        var errors = new FieldErrors();
        var count = ListLimit.Read(limit, errors);
        var inTrash = QueryFlag.Read(nameof(trash), trash, errors);
        errors.ThrowIfAny();
        IReadOnlyList<JobView> jobs = [.. desk.List(count, inTrash).Select(found => JobView.Of(found.Job, found.Outputs, links, request))];
        return TypedResults.Ok(jobs);
    }
}
