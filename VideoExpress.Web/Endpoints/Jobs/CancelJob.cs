using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary><c>POST /jobs/{id}/cancel</c></summary>
internal static class CancelJob
{
    public static void MapCancelJob(this IEndpointRouteBuilder routes) => routes
        .MapPost("/jobs/{id}/cancel", Handle)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .WithTags("Jobs")
        .WithName(nameof(CancelJob))
        .WithSummary("Cancel a job. Nothing of it is published afterwards; the provider is told until it acknowledges.");

    private static Results<Ok<JobCanceled>, ProblemHttpResult> Handle(string id, HttpRequest request, JobDesk desk, OutputLinks links)
    {
        if (!Guid.TryParse(id, out var jobId) || desk.Cancel(jobId) is not { } job)
        {
            return GetJob.Unknown(id);
        }

        return job.Status == JobStatus.Canceled
            ? TypedResults.Ok(new JobCanceled(job.Status.Word()))
            : Problem.Conflict(
                $"Job {job.Id:D} is {job.Status.Word()} and can no longer be cancelled.",
                KeyValuePair.Create<string, object?>("job", JobView.Of(job, desk.Find(job.Id)!.Value.Outputs, links, request)));
    }
}

/// <summary>The answer to a cancel.</summary>
/// <param name="Status">CANCELED.</param>
internal sealed record JobCanceled(string Status);
