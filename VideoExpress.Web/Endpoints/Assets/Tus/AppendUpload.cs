using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary>
/// <c>PATCH /assets/tus/{id}</c>: the next piece. What arrives of it before the line breaks stays, unless it has a checksum.
/// </summary>
internal static class AppendUpload
{
    public static void MapAppendUpload(this IEndpointRouteBuilder tus)
    {
        tus.MapPatch("/{id}", Handle)
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status410Gone)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status423Locked)
            .WithName(nameof(AppendUpload))
            .WithSummary("The next piece, at Upload-Offset. With the last one, the file becomes an asset (Upload-Asset), or is refused with 422.");
        tus.MapPost("/{id}", HandleOverride).ExcludeFromDescription();
    }

    /// <summary>Takes the request's body as the piece at <paramref name="offset"/>; a complete upload becomes an asset.</summary>
    /// <returns>The upload as it stands afterwards; null when there is nothing to write to.</returns>
    public static async Task<Upload?> AppendAsync(HttpContext http, ResumableUploads uploads, Guid uploadId, long offset)
    {
        var aborted = http.RequestAborted;
        var checksum = TusHeaders.Checksum(http.Request.Headers);
        var upload = await uploads.AppendAsync(uploadId, offset, LargeBody.Of(http), checksum, aborted);
        return upload is { IsComplete: true } && await uploads.FinishAsync(uploadId, aborted) is { } asset ? Upload.Of(asset) : upload;
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string id, HttpContext http, ResumableUploads uploads, AssetDesk assets, IHostApplicationLifetime lifetime)
    {
        if (http.Request.ContentType != TusHeaders.ContentType)
        {
            return Problem.OfField(StatusCodes.Status415UnsupportedMediaType, HeaderNames.ContentType, $"must be {TusHeaders.ContentType}.");
        }

        if (TusHeaders.Number(http.Request.Headers, TusHeaders.UploadOffset) is not { } offset)
        {
            return TusProblems.Header(TusHeaders.UploadOffset, "must be the number of bytes that are here already.");
        }

        try
        {
            return Guid.TryParse(id, out var uploadId)
                ? Answer(id, http, offset, await AppendAsync(http, uploads, uploadId, offset), uploads.Find(uploadId), assets.Find(uploadId))
                : HeadUpload.Absent(id, null);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, "The server is stopping; go on when it is back.");
        }
    }

    private static Results<NoContent, ProblemHttpResult> Answer(
        string id, HttpContext http, long offset, Upload? written, Upload? left, Asset? asset)
    {
        if (written is null && asset is { Trash: null })
        {
            // The answer to its last piece was lost: the client asks again.
            written = asset.Bytes == offset ? Upload.Of(asset) : throw new UploadOffsetException(asset.Bytes);
        }

        if (written is null)
        {
            return HeadUpload.Absent(id, left);
        }

        written.Describe(http.Response.Headers);
        return TypedResults.NoContent();
    }

    /// <summary>For clients whose way lets no other methods through.</summary>
    private static async Task<IResult> HandleOverride(
        string id, HttpContext http, ResumableUploads uploads, AssetDesk assets, IHostApplicationLifetime lifetime) =>
        http.Request.Headers[TusHeaders.MethodOverride].ToString() switch
        {
            "PATCH" => await Handle(id, http, uploads, assets, lifetime),
            "DELETE" => TerminateUpload.Handle(id, uploads, assets),
            _ => TypedResults.StatusCode(StatusCodes.Status405MethodNotAllowed),
        };
}
