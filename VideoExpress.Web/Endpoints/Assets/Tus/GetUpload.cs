using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary><c>GET /assets/tus/{id}</c>, ours beside the protocol: what has become of an upload.</summary>
internal static class GetUpload
{
    public static void MapGetUpload(this IEndpointRouteBuilder tus) => tus
        .MapGet("/{id}", Handle)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .WithName(nameof(GetUpload))
        .WithSummary("The asset that an upload has become; 409 while bytes are missing, 422 with the reason when its file was refused.");

    private static async Task<Results<Ok<AssetView>, ProblemHttpResult>> Handle(
        string id, HttpContext http, ResumableUploads uploads, AssetLinks links)
    {
        if (!Guid.TryParse(id, out var uploadId))
        {
            return HeadUpload.Absent(id, null);
        }

        if (await uploads.FinishAsync(uploadId, http.RequestAborted) is { } asset)
        {
            return TypedResults.Ok(AssetView.Of(asset, links, http.Request));
        }

        return uploads.Find(uploadId) is { } upload
            ? Problem.Conflict($"{upload.Offset} of {upload.Length} bytes are here; send the rest.")
            : HeadUpload.Absent(id, null);
    }
}
