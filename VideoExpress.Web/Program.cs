using VideoExpress.Web.Auth;
using VideoExpress.Web.Dashboard;
using VideoExpress.Web.Endpoints.Docs;
using VideoExpress.Web.Hosting;
using VideoExpress.Web.Hosting.Logging;
using VideoExpress.Web.Problems;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web;

/// <summary>VideoExpress.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) => ServerProcess.RunAsync(() => Build(args));

    /// <summary>The whole server, ready to start; <paramref name="adjust"/> has the last word on its services.</summary>
    /// <exception cref="SettingsException">A setting is wrong; nothing was created.</exception>
    internal static WebApplication Build(string[] args, Action<IServiceCollection>? adjust = null)
    {
        var settings = SettingsLoader.Load(args);
        var builder = HostSetup.CreateBuilder(settings);
        builder.Services
            .AddProblems()
            .AddDocs()
            .AddBackgroundSteps(settings.Hangfire)
            .AddDashboard();
        adjust?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseRequestEnd();
        app.UseRequestLog();
        app.UseProblems();
        app.UseAccess();

        app.MapDashboard();
        app.MapDocs();
        return app;
    }
}
