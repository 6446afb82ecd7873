using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary><c>GET /assets?limit=50</c>, <c>GET /assets?trash=true</c></summary>
internal static class ListAssets
{
    public static void MapListAssets(this IEndpointRouteBuilder routes) => routes
        .MapGet("", Handle)
        .WithName(nameof(ListAssets))
        .WithSummary("The newest assets, newest first; with trash=true those in the trash.");

    private static Ok<IReadOnlyList<AssetView>> Handle(
        HttpRequest request, AssetDesk desk, AssetLinks links, string? limit = null, string? trash = null)
    {
        var errors = new FieldErrors();
        var count = ListLimit.Read(limit, errors);
        var inTrash = QueryFlag.Read(nameof(trash), trash, errors);
        errors.ThrowIfAny();
        IReadOnlyList<AssetView> assets = [.. desk.List(count, inTrash).Select(asset => AssetView.Of(asset, links, request))];
        return TypedResults.Ok(assets);
    }
}
