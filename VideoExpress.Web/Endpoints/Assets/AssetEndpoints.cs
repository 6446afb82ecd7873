using VideoExpress.Web.Endpoints.Assets.Tus;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>The calls about assets: a table of contents.</summary>
internal static class AssetEndpoints
{
    /// <summary>The JSON types and links of these calls.</summary>
    public static IServiceCollection AddAssetEndpoints(this IServiceCollection services) => services
        .AddSingleton<AssetLinks>()
        .AddJson(AssetJson.Default);

    /// <summary>Serves them.</summary>
    public static void MapAssets(this IEndpointRouteBuilder routes)
    {
        var assets = routes.MapGroup("/assets").WithTags("Assets");
        assets.MapCreateAsset();
        assets.MapListAssets();
        assets.MapGetAsset();
        assets.MapKeepAsset();
        assets.MapTus();
    }
}
