using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary>The answer to a call that changes one job: the job; or 409 with it, and why it is not as wished; or 404.</summary>
internal static class ChangedJob
{
    /// <summary>Makes the change to the job that <paramref name="id"/> names, and answers.</summary>
    public static Results<Ok<JobView>, ProblemHttpResult> Answer(
        string id, HttpRequest request, JobDesk desk, OutputLinks links, Func<Guid, ChangeResult<Job>?> change)
    {
        if (!Guid.TryParse(id, out var jobId) || change(jobId) is not { } answer)
        {
            return GetJob.Unknown(id);
        }

        var view = JobView.Of(answer.Item, desk.Find(jobId)!.Value.Outputs, links, request);
        return answer.Refusal is { } refusal
            ? Problem.Conflict(refusal, KeyValuePair.Create<string, object?>("job", view))
            : TypedResults.Ok(view);
    }
}
