using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Idempotency;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary>What all calls do that make one job, and that may be repeated with an <c>Idempotency-Key</c>.</summary>
internal static class AcceptJob
{
    /// <summary>Serves such a call at <paramref name="path"/>; <paramref name="read"/> reads its body.</summary>
    public static RouteHandlerBuilder MapAcceptJob(this IEndpointRouteBuilder routes, string path, Func<JsonElement, NewJob> read) => routes
        .MapPost(path, (HttpRequest request, JobDesk desk, OutputLinks links) => HandleAsync(path, read, request, desk, links))
        .DescribeIdempotencyKey()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Created<JobView>> HandleAsync(
        string path, Func<JsonElement, NewJob> read, HttpRequest request, JobDesk desk, OutputLinks links)
    {
        var key = IdempotencyKey.Read(request);
        var body = await JsonBody.ReadAsync(request);
        var (job, isReplay) = desk.Create(() => read(body), key is null ? null : RepeatableCall.Of(key, path, body));
        IReadOnlyList<JobOutput> outputs = [];
        if (isReplay)
        {
            (job, outputs) = desk.Find(job.Id)!.Value;
            request.HttpContext.Response.Headers[IdempotencyKey.Replayed] = "true";
        }

        return TypedResults.Created($"/jobs/{job.Id:D}", JobView.Of(job, outputs, links, request));
    }
}
