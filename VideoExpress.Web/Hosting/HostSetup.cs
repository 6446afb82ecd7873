using VideoExpress.Jobs;
using VideoExpress.Web.Auth;
using VideoExpress.Web.Hosting.Logging;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting;

/// <summary>The bare host: nothing of ASP.NET's defaults, so that nothing but our settings decides what is served to whom.</summary>
internal static class HostSetup
{
    /// <summary>A builder that listens where <paramref name="settings"/> say, with the data folder made and logs going to it.</summary>
    public static WebApplicationBuilder CreateBuilder(AppSettings settings, out DataFolder folder)
    {
        folder = DataFolder.Open(settings.Host);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(HostSetup).Assembly.GetName().Name,
            ContentRootPath = settings.Host.ContentRoot,
        });
        builder.WebHost.UseKestrelCore().UseUrls(settings.Host.Urls).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services
            .AddRouting()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(folder)
            .AddSingleton(new ServerAddress(settings.Host.PublicUrl))
            .AddSingleton<ServerUrls>()
            .AddSingleton<Access>()
            .AddSettings(settings)
            .AddLogs(settings.Logging, folder, Secrets.Of(settings))
            .AddJsonRules()
            .AddShutdown();
        return builder;
    }

    /// <summary>Each settings record, to be asked for by its type.</summary>
    private static IServiceCollection AddSettings(this IServiceCollection services, AppSettings settings)
    {
        foreach (var section in typeof(AppSettings).GetProperties())
        {
            services.AddSingleton(section.PropertyType, section.GetValue(settings)!);
        }

        return services;
    }
}
