namespace VideoExpress.Web.Gateway;

/// <summary>
/// Lets only the bearer of the right key to the right endpoint. A worker's question for work is refused, also by our own errors, with 429
/// after a second: to anything else workers react by asking again at once, thousands of times a second.
/// </summary>
internal sealed partial class GatewayAccess(GatewayKeys keys, GatewaySettings settings, TimeProvider time, ILogger<GatewayAccess> log)
{
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(1);

    /// <summary>Filter of the calls that clients make.</summary>
    public static async ValueTask<object?> ForClients(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var access = context.HttpContext.RequestServices.GetRequiredService<GatewayAccess>();
        return access.Refusal(context.HttpContext, access.Keys.Client) ?? await next(context);
    }

    /// <summary>
    /// Filter of the reports that workers make. One that cannot be kept is answered 503, whatever is wrong: a worker tries that again, and
    /// throws its result away after a 4xx.
    /// </summary>
    public static async ValueTask<object?> ForWorkers(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var access = context.HttpContext.RequestServices.GetRequiredService<GatewayAccess>();
        try
        {
            return access.Refusal(context.HttpContext, access.Keys.Worker) ?? await next(context);
        }
        catch (Exception e) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            access.LogReportLost(e);
            return Answer.Error(StatusCodes.Status503ServiceUnavailable, "the report could not be kept; try again");
        }
    }

    /// <summary>Filter of the questions that workers ask without end.</summary>
    public static async ValueTask<object?> ForWaitingWorkers(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var access = context.HttpContext.RequestServices.GetRequiredService<GatewayAccess>();
        try
        {
            if (access.Refusal(context.HttpContext, access.Keys.Worker) is null)
            {
                return await next(context);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException && !context.HttpContext.Response.HasStarted)
        {
            access.LogOutOfOrder(e);
        }

        return await access.RefuseSlowlyAsync(context.HttpContext.RequestAborted);
    }

    /// <summary>429, late.</summary>
    public async Task<IResult> RefuseSlowlyAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(RefusalPause, time, cancellationToken);
        return TypedResults.StatusCode(StatusCodes.Status429TooManyRequests);
    }

    private GatewayKeys Keys => keys;

    private IResult? Refusal(HttpContext context, string key)
    {
        if (!GatewayKeys.Matches(context.Request, key))
        {
            return Answer.Error(StatusCodes.Status401Unauthorized, "unauthorized");
        }

        return context.Request.RouteValues["endpoint"] is string endpoint && endpoint == settings.Endpoint
            ? null
            : Answer.Error(StatusCodes.Status404NotFound, "endpoint not found");
    }

    [LoggerMessage(LogLevel.Error, "A worker's report could not be kept; the worker is asked to try again")]
    private partial void LogReportLost(Exception exception);

    [LoggerMessage(LogLevel.Error, "A worker's question for work could not be answered")]
    private partial void LogOutOfOrder(Exception exception);
}
