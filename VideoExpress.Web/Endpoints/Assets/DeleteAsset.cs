using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary><c>DELETE /assets/{id}</c></summary>
internal static class DeleteAsset
{
    public static void MapDeleteAsset(this IEndpointRouteBuilder routes) => routes
        .MapDelete("/{id}", Handle)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .WithName(nameof(DeleteAsset))
        .WithSummary("Put an asset into the trash, unless a job that is kept uses it. It can be restored until the trash is emptied.");

    /// <summary>Whose refusal names the jobs.</summary>
    public static ProblemHttpResult InUse(Asset asset, IReadOnlyList<Guid> usedBy) => Problem.Conflict(
        $"Asset {asset.Id:D} is used by {(usedBy.Count == 1 ? "job" : "jobs")} {string.Join(", ", usedBy)}; delete what uses it first.",
        KeyValuePair.Create<string, object?>("jobs", usedBy));

    private static Results<Ok<AssetView>, ProblemHttpResult> Handle(string id, HttpRequest request, AssetDesk desk, AssetLinks links)
    {
        if (!Guid.TryParse(id, out var assetId) || desk.Delete(assetId) is not { } deleted)
        {
            return GetAsset.Unknown(id);
        }

        return deleted.UsedBy.Count > 0
            ? InUse(deleted.Asset, deleted.UsedBy)
            : TypedResults.Ok(AssetView.Of(deleted.Asset, links, request));
    }
}
