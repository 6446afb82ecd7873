using VideoExpress.Jobs;
using VideoExpress.Jobs.Retention;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary>
/// <c>PUT</c> and <c>DELETE /jobs/{id}/pin</c>, <c>DELETE /jobs/{id}</c>, <c>POST /jobs/{id}/restore</c>: how long a job's files stay. Each
/// answers with the job, and may be repeated.
/// </summary>
internal static class KeepJob
{
    public static void MapKeepJob(this IEndpointRouteBuilder routes)
    {
        Map(routes, "PUT", "/jobs/{id}/pin", retention => retention.Pin)
            .WithName("PinJob").WithSummary("Keep a job, and what it uses, for ever.");
        Map(routes, "DELETE", "/jobs/{id}/pin", retention => retention.Unpin)
            .WithName("UnpinJob").WithSummary("Keep a job as long as others.");
        Map(routes, "DELETE", "/jobs/{id}", retention => retention.Delete)
            .WithName("DeleteJob").WithSummary("Put a job that is over, and that no other job uses, into the trash; its files go a day later.");
        Map(routes, "POST", "/jobs/{id}/restore", retention => retention.Restore)
            .WithName("RestoreJob").WithSummary("Bring a job back from the trash, and what it uses with it.");
    }

    private static RouteHandlerBuilder Map(
        IEndpointRouteBuilder routes, string method, string pattern, Func<JobRetention, Func<Guid, ChangeResult<Job>?>> change) => routes
        .MapMethods(pattern, [method], (string id, HttpRequest request, JobDesk desk, OutputLinks links, JobRetention retention) =>
            ChangedJob.Answer(id, request, desk, links, change(retention)))
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .WithTags("Jobs");
}
