using System.Text.Json.Serialization.Metadata;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Answers in the shape that RunPod's clients and workers expect: plain JSON, errors under <c>error</c>, and success exactly 200, since
/// RunPod's npm client knows no other.
/// </summary>
internal static class Answer
{
    private const string MediaType = "application/json";

    public static IResult Json<T>(T value, JsonTypeInfo<T> type) => TypedResults.Json(value, type, MediaType);

    public static IResult Error(int status, string error) =>
        TypedResults.Json(new ErrorAnswer(error), GatewayJson.Default.ErrorAnswer, MediaType, status);

    /// <summary>The whole status of a request, or 404 where there is none of its id.</summary>
    public static IResult StatusOf(GatewayRequest? request) => request is null
        ? JobNotFound()
        : Json(StatusAnswer.Of(request), GatewayJson.Default.StatusAnswer);

    public static IResult Queued(string id) => Json(new RequestAnswer(id, RunPodStates.InQueue), GatewayJson.Default.RequestAnswer);

    public static IResult JobNotFound() => Error(StatusCodes.Status404NotFound, "job not found");

    /// <summary>
    /// Writes an answer by which something changes hands, where it matters whether the caller is still there.
    /// </summary>
    /// <returns>False when the caller is gone.</returns>
    public static async Task<bool> TryWriteAsync(HttpContext context, byte[] json)
    {
        try
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            context.Response.ContentType = MediaType;
            context.Response.ContentLength = json.Length;
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }
}
