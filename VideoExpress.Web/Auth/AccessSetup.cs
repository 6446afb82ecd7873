using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Auth;

/// <summary>Puts <see cref="Access"/> before every endpoint.</summary>
internal static class AccessSetup
{
    /// <summary>Answers 401 or 403 unless <see cref="Access"/> lets the request pass; unknown paths are no exception.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app)
    {
        var access = app.ApplicationServices.GetRequiredService<Access>();
        return app.Use((context, next) => access.Check(context) is { } denial ? Deny(context, denial) : next(context));
    }

    /// <summary>A group whose endpoints ask for their own proof: a signature, a token, a key of the gateway; or for none at all.</summary>
    public static RouteGroupBuilder MapOpen(this IEndpointRouteBuilder routes) => routes.MapGroup("").AllowAnonymous();

    /// <summary>Lets people open the endpoint with a browser: the API key is also taken as password.</summary>
    public static TBuilder ForBrowsers<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new BrowserPage());

    private static Task Deny(HttpContext context, AccessDenial denial)
    {
        context.Response.Headers.WWWAuthenticate = denial.Challenge;
        return Problem.Of(denial.Status, denial.Reason).ExecuteAsync(context);
    }
}
