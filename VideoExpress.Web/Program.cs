using VideoExpress.Jobs;
using VideoExpress.Jobs.Assets;
using VideoExpress.Web.Auth;
using VideoExpress.Web.Commands;
using VideoExpress.Web.Dashboard;
using VideoExpress.Web.Endpoints;
using VideoExpress.Web.Endpoints.Assets;
using VideoExpress.Web.Endpoints.Assets.Tus;
using VideoExpress.Web.Endpoints.Docs;
using VideoExpress.Web.Endpoints.Health;
using VideoExpress.Web.Endpoints.Jobs;
using VideoExpress.Web.Endpoints.Outputs;
using VideoExpress.Web.Endpoints.Retention;
using VideoExpress.Web.Endpoints.Timeline;
using VideoExpress.Web.Endpoints.Webhooks;
using VideoExpress.Web.Gateway;
using VideoExpress.Web.Hosting;
using VideoExpress.Web.Hosting.Logging;
using VideoExpress.Web.Problems;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web;

/// <summary>VideoExpress.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) =>
        CommandProcess.IsMeant(args) ? CommandProcess.RunAsync(args) : ServerProcess.RunAsync(() => Build(args));

    /// <summary>The whole server, ready to start; <paramref name="adjust"/> has the last word on its services.</summary>
    /// <exception cref="SettingsException">A setting is wrong; nothing was created.</exception>
    internal static WebApplication Build(string[] args, Action<IServiceCollection>? adjust = null)
    {
        var settings = SettingsLoader.Load(args);
        var builder = HostSetup.CreateBuilder(settings, out var folder);
        builder.Services
            .AddProblems()
            .AddDocs()
            .AddBackgroundSteps()
            .AddStore()
            .AddWebhooks(folder)
            .AddJobs(folder.Work, LocalGateway.Of)
            .AddAssets(folder.Uploads)
            .AddGateway(settings.Gateway, folder.Root)
            .AddJobEndpoints()
            .AddAssetEndpoints()
            .AddTimelineEndpoints()
            .AddRetentionEndpoints()
            .AddHealth()
            .AddDashboard();
        adjust?.Invoke(builder.Services);

        var app = builder.Build();
        app.HideKeys();
        app.UseRequestEnd();
        app.UseRequestLog();
        app.UseTusVersion();
        app.UseProblems();
        app.UseAccess();

        var api = app.MapGroup("").RefuseUnknownQuery();
        api.MapJobs();
        api.MapAssets();
        api.MapTimeline();
        api.MapRetention();
        app.MapOutputs();
        app.MapWebhooks();
        app.MapHealth();
        app.MapGateway();
        app.MapDashboard();
        app.MapDocs();
        return app;
    }
}
