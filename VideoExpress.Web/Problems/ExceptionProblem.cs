using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Data.Sqlite;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Types;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Problems;

/// <summary>Turns what an endpoint threw into a problem. A bug is logged with its trace and answered without.</summary>
internal sealed partial class ExceptionProblem(ILogger<ExceptionProblem> logger) : IExceptionHandler
{
    /// <inheritdoc />
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (IsClientGone(httpContext, exception))
        {
            // Nobody is there to read an answer, and it is no fault of ours.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        await Answer(httpContext, exception).ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>A line that breaks while its body is read is told by the read first, and by the token a moment later.</summary>
    private static bool IsClientGone(HttpContext http, Exception exception) => exception is ConnectionResetException
        || (exception is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested);

    private ProblemHttpResult Answer(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException { InnerException: JsonException json }:
                return JsonProblem.Of(json);
            case JsonException json:
                return JsonProblem.Of(json);
            case InvalidFieldsException wrong:
                return Problem.Validation(wrong.Errors.ToDictionary());
            case BadHttpRequestException bad:
                return Problem.Of(bad.StatusCode, bad.Message);
            case JobException failed:
                LogFailed(failed, context.Request.Method, context.Request.Path);
                context.Response.Headers.RetryAfter = failed.RetryAfter is { } wait ? $"{Math.Ceiling(wait.TotalSeconds):0}" : default;
                return Problem.Of(failed.CanHeal ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError, failed.Message);
            case SqliteException disk when DatabaseDisk.IsAtFault(disk):
                LogFailed(disk, context.Request.Method, context.Request.Path);
                return Problem.Of(
                    DatabaseDisk.IsFull(disk) ? StatusCodes.Status507InsufficientStorage : StatusCodes.Status503ServiceUnavailable,
                    $"{DatabaseDisk.Explain(disk)} Nothing is answered with success that is not durable: send the call again then.");
            default:
                LogBug(exception, context.Request.Method, context.Request.Path);
                return Problem.Of(
                    StatusCodes.Status500InternalServerError, "The server made a mistake; its log tells more. The request may have had an effect.");
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed by a mistake of the server")]
    private partial void LogBug(Exception exception, string method, string path);

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} failed")]
    private partial void LogFailed(Exception exception, string method, string path);
}
