using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary><c>HEAD /assets/tus/{id}</c>: where to go on.</summary>
internal static class HeadUpload
{
    public static void MapHeadUpload(this IEndpointRouteBuilder tus) => tus
        .MapMethods("/{id}", [HttpMethods.Head], Handle)
        .Produces(StatusCodes.Status200OK)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status410Gone)
        .WithName(nameof(HeadUpload))
        .WithSummary("How much of an upload is here (Upload-Offset); of a finished one, the asset it has become (Upload-Asset).");

    /// <summary>Why there is nothing to write to: the file was refused, or there is no such upload.</summary>
    public static ProblemHttpResult Absent(string id, Upload? upload) => upload?.Refusal is { } refusal
        ? Problem.Of(StatusCodes.Status410Gone, $"This upload has ended: its file {refusal} GET /assets/tus/{id} says so as well.")
        : Problem.NotFound($"There is no upload {id}: it never was, was terminated, or its time was over.");

    private static async Task<Results<Ok, ProblemHttpResult>> Handle(string id, HttpContext http, ResumableUploads uploads, AssetDesk assets)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (!Guid.TryParse(id, out var uploadId))
        {
            return Absent(id, null);
        }

        var upload = uploads.Find(uploadId);
        if (upload is { IsComplete: true })
        {
            await uploads.FinishAsync(uploadId, http.RequestAborted);
            upload = uploads.Find(uploadId);
        }

        if (upload is null && assets.Find(uploadId) is { Trash: null } asset)
        {
            upload = Upload.Of(asset);
        }

        if (upload is not { Refusal: null })
        {
            return Absent(id, upload);
        }

        upload.Describe(http.Response.Headers);
        return TypedResults.Ok();
    }
}
