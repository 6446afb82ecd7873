using Scalar.AspNetCore;
using VideoExpress.Web.Auth;

namespace VideoExpress.Web.Endpoints.Docs;

/// <summary>The API's description: for programs at <c>/openapi/v1.json</c>, for people at <c>/docs</c>.</summary>
internal static class DocsSetup
{
    /// <summary>The page works without a network, and the browser holds it to that: nothing is loaded from, or sent to, another host.</summary>
    private const string OwnHostOnly =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:";

    /// <summary>Makes the description from the endpoints.</summary>
    public static IServiceCollection AddDocs(this IServiceCollection services) => services.AddOpenApi(options => options
        .AddDocumentTransformer<ApiDescription>()
        .AddOperationTransformer<ApiDescription>());

    /// <summary>Serves the description and the page.</summary>
    public static void MapDocs(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi().ForBrowsers();
        routes.MapGroup("")
            .AddEndpointFilter((context, next) =>
            {
                context.HttpContext.Response.Headers.ContentSecurityPolicy = OwnHostOnly;
                return next(context);
            })
            .ForBrowsers()
            .MapScalarApiReference("/docs", page => page
                .WithTitle("VideoExpress API")
                .DisableDefaultFonts()
                .DisableTelemetry()
                .DisableAgent()
                .DisableMcp()
                .HideClientButton()
                .HideDeveloperTools());
    }
}
