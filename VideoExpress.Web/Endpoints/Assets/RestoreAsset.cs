using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary><c>POST /assets/{id}/restore</c></summary>
internal static class RestoreAsset
{
    public static void MapRestoreAsset(this IEndpointRouteBuilder routes) => routes
        .MapPost("/{id}/restore", Handle)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .WithName(nameof(RestoreAsset))
        .WithSummary("Take an asset out of the trash.");

    private static Results<Ok<AssetView>, ProblemHttpResult> Handle(string id, HttpRequest request, AssetDesk desk, AssetLinks links)
    {
        if (!Guid.TryParse(id, out var assetId) || desk.Restore(assetId) is not { } asset)
        {
            return GetAsset.Unknown(id);
        }

        return asset.Trash is null
            ? TypedResults.Ok(AssetView.Of(asset, links, request))
            : Problem.Conflict($"Asset {asset.Id:D} was removed for good; upload it again.");
    }
}
