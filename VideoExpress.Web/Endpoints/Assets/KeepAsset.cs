using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Assets;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>
/// <c>DELETE /assets/{id}</c> and <c>POST /assets/{id}/restore</c>: into the trash and out of it. Each answers with the asset, and may be
/// repeated.
/// </summary>
internal static class KeepAsset
{
    public static void MapKeepAsset(this IEndpointRouteBuilder routes)
    {
        Map(routes, "DELETE", "/{id}", desk => desk.Delete)
            .WithName("DeleteAsset").WithSummary("Put an asset that no job uses into the trash; its files go a day later.");
        Map(routes, "POST", "/{id}/restore", desk => desk.Restore)
            .WithName("RestoreAsset").WithSummary("Bring an asset back from the trash.");
    }

    private static RouteHandlerBuilder Map(
        IEndpointRouteBuilder routes, string method, string pattern, Func<AssetDesk, Func<Guid, ChangeResult<Asset>?>> change) => routes
        .MapMethods(pattern, [method], (string id, HttpRequest request, AssetDesk desk, AssetLinks links) => Answer(id, request, links, change(desk)))
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static Results<Ok<AssetView>, ProblemHttpResult> Answer(
        string id, HttpRequest request, AssetLinks links, Func<Guid, ChangeResult<Asset>?> change)
    {
        if (!Guid.TryParse(id, out var assetId) || change(assetId) is not { } answer)
        {
            return GetAsset.Unknown(id);
        }

        return answer.Refusal is { } refusal
            ? Problem.Conflict(refusal)
            : TypedResults.Ok(AssetView.Of(answer.Item, links, request));
    }
}
