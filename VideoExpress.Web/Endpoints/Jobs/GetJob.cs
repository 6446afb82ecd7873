using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary><c>GET /jobs/{id}</c></summary>
internal static class GetJob
{
    public static void MapGetJob(this IEndpointRouteBuilder routes) => routes
        .MapGet("/jobs/{id}", Handle)
        .Produces(StatusCodes.Status304NotModified)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .WithTags("Jobs")
        .WithName(nameof(GetJob))
        .WithSummary("A job: its status, progress and outputs. Send If-None-Match to poll cheaply.");

    /// <summary>An id that is no UUID is an unknown job, not a wrong request.</summary>
    public static ProblemHttpResult Unknown(string id) => Problem.NotFound($"There is no job {id}.");

    private static Results<Ok<JobView>, StatusCodeHttpResult, ProblemHttpResult> Handle(string id, HttpContext context, JobDesk desk, OutputLinks links)
    {
        if (!Guid.TryParse(id, out var jobId) || desk.Find(jobId) is not { } found)
        {
            return Unknown(id);
        }

        var tag = found.Outputs.Count == 0 ? $"W/\"{found.Job.Rev}\"" : $"W/\"{found.Job.Rev}-{links.Epoch}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "private, no-cache";
        return context.Request.Headers.IfNoneMatch.Contains(tag)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(JobView.Of(found.Job, found.Outputs, links, context.Request));
    }
}
