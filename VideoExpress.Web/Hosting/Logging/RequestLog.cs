using Serilog;
using Serilog.Events;

namespace VideoExpress.Web.Hosting.Logging;

/// <summary>One line for each request: method, path without its query, status, time. Quiet unless the server failed.</summary>
internal static class RequestLog
{
    /// <summary>Logs at Debug, or at Warning for an answer of 500 and above.</summary>
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app) => app.UseSerilogRequestLogging(options =>
        options.GetLevel = (context, _, exception) =>
            exception is not null || context.Response.StatusCode >= 500 ? LogEventLevel.Warning : LogEventLevel.Debug);
}
