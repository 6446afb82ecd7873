using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting.Logging;

/// <summary>Serilog: a readable console and rolling compact JSON in the data folder, both without secrets.</summary>
internal static class LogSetup
{
    /// <summary>Everything that logs through Microsoft.Extensions.Logging ends here; scopes become properties of the line.</summary>
    public static IServiceCollection AddLogs(this IServiceCollection services, LoggingSettings settings, DataFolder folder, Secrets secrets)
    {
        services.AddSingleton(secrets);
        return services.AddSerilog(Logger(settings, folder, secrets), dispose: true);
    }

    private static Logger Logger(LoggingSettings settings, DataFolder folder, Secrets secrets)
    {
        // The framework's own lines say little at Information, and its request lines hold query strings, which are signatures.
        var framework = settings.Level > LogEventLevel.Warning ? settings.Level : LogEventLevel.Warning;
        return new LoggerConfiguration()
            .MinimumLevel.Is(settings.Level)
            .MinimumLevel.Override("Microsoft", framework)
            .MinimumLevel.Override("System", framework)
            .MinimumLevel.Override("Hangfire", framework)
            // Warns at each first start that its keys are not encrypted; the folder's mode guards them.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
            .Filter.ByExcluding(line => line.MessageTemplate.Text == StartFailure.LoggedByTheHost)
            .Enrich.FromLogContext()
            .WriteTo.Console(WithoutSecrets(new ConsoleLine(ConsoleLine.WantsColor)))
            .WriteTo.File(
                WithoutSecrets(new CompactJsonFormatter()),
                Path.Combine(folder.Logs, "videoexpress-.jsonl"),
                rollingInterval: RollingInterval.Day,
                rollOnFileSizeLimit: true,
                fileSizeLimitBytes: settings.FileBytes,
                retainedFileCountLimit: settings.Files)
            .CreateLogger();

        ITextFormatter WithoutSecrets(ITextFormatter formatter) => new Redaction(formatter, secrets);
    }
}
