using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Web.Endpoints.Assets.Tus;
using VideoExpress.Web.Hosting;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>The calls about assets: a table of contents.</summary>
internal static class AssetsSetup
{
    /// <summary>The JSON types and links of these calls.</summary>
    public static IServiceCollection AddAssetEndpoints(this IServiceCollection services) => services
        .AddSingleton<AssetLinks>()
        .AddJson(AssetJson.Default);

    /// <summary>Serves them.</summary>
    public static void MapAssets(this IEndpointRouteBuilder routes)
    {
        var assets = routes.MapGroup("/assets").WithTags("Assets").AddEndpointFilter(ExplainAsync);
        assets.MapCreateAsset();
        assets.MapListAssets();
        assets.MapGetAsset();
        assets.MapKeepAsset();
        assets.MapTus();
    }

    /// <summary>Says what was wrong with an upload.</summary>
    private static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (UploadTooLargeException large)
        {
            return Problem.Of(StatusCodes.Status413PayloadTooLarge, large.Message);
        }
        catch (UploadBusyException busy)
        {
            return Problem.Of(StatusCodes.Status423Locked, busy.Message);
        }
        catch (UploadOffsetException elsewhere)
        {
            context.HttpContext.Response.Headers[TusHeaders.UploadOffset] = TusHeaders.Number(elsewhere.Offset);
            return Problem.Conflict(elsewhere.Message);
        }
        catch (UploadChecksumException other)
        {
            return Problem.Of(TusHeaders.ChecksumMismatch, other.Message);
        }
    }
}
