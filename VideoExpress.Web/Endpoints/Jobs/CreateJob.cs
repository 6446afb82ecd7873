using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary><c>POST /jobs</c></summary>
internal static class CreateJob
{
    public static void MapCreateJob(this IEndpointRouteBuilder routes) => routes
        .MapPost("/jobs", Handle)
        .RefuseIdempotencyKey()
        .Accepts<CreateJobRequest>("application/json")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .WithTags("Jobs")
        .WithName(nameof(CreateJob))
        .WithSummary("Accept a job. It is durable when the answer comes.");

    private static async Task<Created<JobView>> Handle(HttpRequest request, JobDesk desk, OutputLinks links)
    {
        var body = await JsonBody.ReadAsync(request);
        var job = desk.Create(NewJob.Read(body));
        return TypedResults.Created($"/jobs/{job.Id:D}", JobView.Of(job, [], links, request));
    }
}

/// <summary>What <c>POST /jobs</c> takes.</summary>
/// <param name="Type">RENDER or EXPORT.</param>
/// <param name="Params">The type's parameters.</param>
/// <param name="Quality">draft or final; default: final where a GPU endpoint is configured.</param>
/// <param name="DependsOn">Ids of jobs to wait for.</param>
internal sealed record CreateJobRequest(string Type, JsonObject Params, string? Quality = null, IReadOnlyList<Guid>? DependsOn = null);
