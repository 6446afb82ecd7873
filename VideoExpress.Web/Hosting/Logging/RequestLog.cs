namespace VideoExpress.Web.Hosting.Logging;

/// <summary>One line for each request: method, path without its query, status, time. Quiet unless the server failed.</summary>
internal static partial class RequestLog
{
    /// <summary>Logs at Debug, or at Warning for an answer of 500 and above.</summary>
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestLog));
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        return app.Use(async (context, next) =>
        {
            var start = time.GetTimestamp();
            await next(context);
            var level = context.Response.StatusCode >= StatusCodes.Status500InternalServerError ? LogLevel.Warning : LogLevel.Debug;
            var milliseconds = time.GetElapsedTime(start).TotalMilliseconds;
            LogAnswer(logger, level, context.Request.Method, context.Request.Path, context.Response.StatusCode, milliseconds);
        });
    }

    [LoggerMessage("{Method} {Path} answered {Status} in {Milliseconds:0} ms")]
    private static partial void LogAnswer(ILogger logger, LogLevel level, string method, PathString path, int status, double milliseconds);
}
