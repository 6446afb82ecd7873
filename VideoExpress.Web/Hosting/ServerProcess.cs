using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting;

/// <summary>The life of the process, and how it ends: 0 stopped as asked, 1 could not start, 2 wrong settings.</summary>
internal static partial class ServerProcess
{
    /// <summary>Builds, starts and serves until SIGTERM or Ctrl+C. A failed start is a sentence on stderr.</summary>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        try
        {
            await using var app = build();
            await ServeAsync(app);
            return 0;
        }
        catch (SettingsException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(StartFailure.Explain(e));
            return 1;
        }
    }

    private static async Task ServeAsync(WebApplication app)
    {
        await app.StartAsync();
        LogReady(app.Logger, string.Join(", ", app.Urls), app.Services.GetRequiredService<DataFolder>().Root);
        try
        {
            await app.WaitForShutdownAsync();
        }
        catch (Exception e) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Asked to stop, it stops; what a service could not finish in time is the next start's work.
            LogUnfinished(app.Logger, e);
        }
    }

    [LoggerMessage(LogLevel.Information, "Ready on {Urls}, data in {Data}")]
    private static partial void LogReady(ILogger logger, string urls, string data);

    [LoggerMessage(LogLevel.Warning, "Stopped before everything had ended")]
    private static partial void LogUnfinished(ILogger logger, Exception exception);
}
