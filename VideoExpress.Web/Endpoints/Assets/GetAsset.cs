using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary><c>GET /assets/{id}</c></summary>
internal static class GetAsset
{
    public static void MapGetAsset(this IEndpointRouteBuilder routes) => routes
        .MapGet("/{id}", Handle)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .WithName(nameof(GetAsset))
        .WithSummary("An asset: what it is, and fresh URLs of it; also one in the trash, which says so.");

    /// <summary>An id that is no UUID is an unknown asset, not a wrong request.</summary>
    public static ProblemHttpResult Unknown(string id) => Problem.NotFound($"There is no asset {id}.");

    private static Results<Ok<AssetView>, ProblemHttpResult> Handle(string id, HttpRequest request, AssetDesk desk, AssetLinks links) =>
        Guid.TryParse(id, out var assetId) && desk.Find(assetId) is { } asset
            ? TypedResults.Ok(AssetView.Of(asset, links, request))
            : Unknown(id);
}
