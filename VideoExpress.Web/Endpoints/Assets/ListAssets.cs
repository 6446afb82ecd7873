using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Jobs.Assets;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary><c>GET /assets?limit=50</c></summary>
internal static class ListAssets
{
    public static void MapListAssets(this IEndpointRouteBuilder routes) => routes
        .MapGet("", Handle)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .WithName(nameof(ListAssets))
        .WithSummary("The newest assets, newest first, without those in the trash.");

    private static Results<Ok<IReadOnlyList<AssetView>>, ProblemHttpResult> Handle(
        HttpRequest request, AssetDesk desk, AssetLinks links, string? limit = null)
    {
        if (QueryNames.Unknown(request.Query, nameof(limit)) is { } unknown)
        {
            return unknown;
        }

        if (!ListLimit.TryRead(limit, out var count, out var wrong))
        {
            return wrong;
        }

        IReadOnlyList<AssetView> assets = [.. desk.List(count).Select(asset => AssetView.Of(asset, links, request))];
        return TypedResults.Ok(assets);
    }
}
