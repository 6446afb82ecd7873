using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Problems;

/// <summary>Makes every error answer a problem, whoever gives it.</summary>
internal static class ProblemSetup
{
    /// <summary>Binding errors are thrown, so that they reach <see cref="ExceptionProblem"/> with their cause.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services) => services
        .AddExceptionHandler<ExceptionProblem>()
        .Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true)
        .AddJson(ProblemJson.Default);

    /// <summary>Catches exceptions, and gives a body to an error answer without one: unknown paths (404), wrong methods (405), …</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app
        .UseExceptionHandler(_ => { })
        .UseStatusCodePages(page => Problem.Of(page.HttpContext.Response.StatusCode, Sentence(page.HttpContext)).ExecuteAsync(page.HttpContext));

    private static string Sentence(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} does not take {context.Request.Method}.",
        StatusCodes.Status413PayloadTooLarge => "The body is larger than this call takes.",
        StatusCodes.Status415UnsupportedMediaType => "The body must be sent as Content-Type: application/json.",
        _ => "The server refused the request.",
    };
}
