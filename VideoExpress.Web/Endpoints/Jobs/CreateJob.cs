using System.Text.Json.Nodes;
using VideoExpress.Jobs;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary><c>POST /jobs</c></summary>
internal static class CreateJob
{
    public static void MapCreateJob(this IEndpointRouteBuilder routes) => routes
        .MapAcceptJob("/jobs", NewJob.Read)
        .Accepts<CreateJobRequest>("application/json")
        .WithTags("Jobs")
        .WithName(nameof(CreateJob))
        .WithSummary("Accept a job. It is durable when the answer comes. Where that may get lost, send an Idempotency-Key and repeat the call.");
}

/// <summary>What <c>POST /jobs</c> takes.</summary>
/// <param name="Type">RENDER or EXPORT.</param>
/// <param name="Params">The type's parameters.</param>
/// <param name="Quality">draft or final; default: final where a GPU endpoint is configured.</param>
/// <param name="DependsOn">Ids of jobs to wait for.</param>
internal sealed record CreateJobRequest(string Type, JsonObject Params, string? Quality = null, IReadOnlyList<Guid>? DependsOn = null);
