namespace VideoExpress.Web.Hosting;

/// <summary>
/// SIGTERM or Ctrl+C ends everything within ten seconds: requests, steps and workers end side by side, from the signal on; what is
/// left after eight is abandoned, as in a crash, and made good by the next start.
/// </summary>
internal static class Shutdown
{
    /// <summary>All hosted services together.</summary>
    private static readonly TimeSpan Whole = TimeSpan.FromSeconds(8);

    /// <summary>How long a step may go on to finish by itself; then its token is cancelled.</summary>
    public static readonly TimeSpan StepGrace = TimeSpan.FromSeconds(2);

    /// <summary>How long a cancelled step may take to end: kill its ffmpeg, remove its files.</summary>
    public static readonly TimeSpan StepEnd = TimeSpan.FromSeconds(4);

    /// <summary>How long an open request may go on; then <see cref="HttpContext.RequestAborted"/> is cancelled.</summary>
    private static readonly TimeSpan RequestGrace = TimeSpan.FromSeconds(1);

    /// <summary>Sets the limit for all, and lets nobody wait for a slower one.</summary>
    public static IServiceCollection AddShutdown(this IServiceCollection services) => services.Configure<HostOptions>(options =>
    {
        options.ShutdownTimeout = Whole;
        options.ServicesStopConcurrently = true;
    });

    /// <summary>Ends long polls and event streams, for which Kestrel would wait.</summary>
    public static WebApplication UseRequestEnd(this WebApplication app)
    {
        var ended = new CancellationTokenSource();
        app.Lifetime.ApplicationStopping.Register(() => ended.CancelAfter(RequestGrace));
        app.Use(async (context, next) =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ended.Token);
            context.RequestAborted = either.Token;
            await next(context);
        });
        return app;
    }
}
