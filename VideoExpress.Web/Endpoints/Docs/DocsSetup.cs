using Scalar.AspNetCore;
using VideoExpress.Web.Auth;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Endpoints.Docs;

/// <summary>The API's description at <c>/openapi/v1.json</c> and readable at <c>/docs</c>.</summary>
internal static class DocsSetup
{
    public static IServiceCollection AddDocs(this IServiceCollection services, HostSettings host) => services.AddOpenApi("v1", options => {});

    public static void MapDocs(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi().ForBrowsers();
        routes.MapScalarApiReference("/docs", o => o.DisableDefaultFonts()).ForBrowsers();
    }
}
