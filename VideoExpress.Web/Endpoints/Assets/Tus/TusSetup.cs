using Microsoft.AspNetCore.Http.HttpResults;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Assets.Tus;

/// <summary>Resumable uploads by the tus protocol (https://tus.io), version 1.0.0: a table of contents.</summary>
internal static class TusSetup
{
    private const string Path = "/assets/tus";

    /// <summary>Every answer below <c>/assets/tus</c> says which version this is, whoever gives it.</summary>
    public static IApplicationBuilder UseTusVersion(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers[TusHeaders.TusResumable] = TusHeaders.Version;
                return Task.CompletedTask;
            });
        }

        return next(context);
    });

    /// <summary>Serves the calls, below <c>/assets</c>.</summary>
    public static void MapTus(this IEndpointRouteBuilder assets)
    {
        var tus = assets.MapGroup("/tus").WithTags("Resumable uploads (tus 1.0.0)").AddEndpointFilter(TusProblems.ExplainAsync);
        tus.MapTusOptions();
        tus.MapGetUpload();

        var protocol = tus.MapGroup("").AddEndpointFilter(RequireVersionAsync).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        protocol.MapCreateUpload();
        protocol.MapHeadUpload();
        protocol.MapAppendUpload();
        protocol.MapTerminateUpload();
    }

    private static ValueTask<object?> RequireVersionAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        return http.Request.Headers[TusHeaders.TusResumable] == TusHeaders.Version ? next(context) : ValueTask.FromResult<object?>(Refuse(http));
    }

    private static ProblemHttpResult Refuse(HttpContext http)
    {
        http.Response.Headers[TusHeaders.TusVersion] = TusHeaders.Version;
        return Problem.OfField(StatusCodes.Status412PreconditionFailed, TusHeaders.TusResumable, $"must be {TusHeaders.Version}, the version that is spoken here.");
    }
}
