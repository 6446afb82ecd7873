using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary><c>DELETE /assets/tus/{id}</c>: gives an upload up; a finished one goes to the trash as the asset that it is.</summary>
internal static class TerminateUpload
{
    public static void MapTerminateUpload(this IEndpointRouteBuilder tus) => tus
        .MapDelete("/{id}", Handle)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status423Locked)
        .WithName(nameof(TerminateUpload))
        .WithSummary("Give an upload up. A finished one is an asset, and goes to the trash.");

    public static Results<NoContent, ProblemHttpResult> Handle(string id, ResumableUploads uploads, AssetDesk assets)
    {
        if (!Guid.TryParse(id, out var uploadId))
        {
            return HeadUpload.Absent(id, null);
        }

        var isUpload = uploads.Find(uploadId) is not null;
        if (isUpload)
        {
            uploads.Terminate(uploadId);
        }

        // Of a finished upload, the files may still be here when the process was killed in between: both go.
        return assets.Delete(uploadId) switch
        {
            null when isUpload => TypedResults.NoContent(),
            null => HeadUpload.Absent(id, null),
            { Refusal: { } refusal } => Problem.Conflict(refusal),
            _ => TypedResults.NoContent(),
        };
    }
}
