using Hangfire;
using Hangfire.Common;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using VideoExpress.Jobs.Chain;
using VideoExpress.Web.Auth;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Dashboard;

/// <summary>Hangfire's dashboard at <c>/hangfire</c>.</summary>
internal static class DashboardSetup
{
    /// <summary>Anti-forgery, without which any page could press the dashboard's buttons; its keys outlive a restart, as open pages do.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("VideoExpress");
        services.AddOptions<KeyManagementOptions>().Configure<DataFolder, ILoggerFactory>((options, folder, logs) =>
            options.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(folder.Keys), logs));
        return services.AddAntiforgery(options => options.Cookie.Name = "videoexpress-antiforgery");
    }

    /// <summary>Serves the dashboard to whom <see cref="Access"/> admits.</summary>
    public static IEndpointConventionBuilder MapDashboard(this IEndpointRouteBuilder routes) => routes
        .MapHangfireDashboard(new DashboardOptions
        {
            Authorization = [new DashboardAccess()],
            AppPath = null,
            DashboardTitle = "VideoExpress",
            DisplayNameFunc = Name,
            DisplayStorageConnectionString = false,
        })
        .ForBrowsers();

    private static string Name(DashboardContext context, Job job) =>
        context.GetHttpContext().RequestServices.GetRequiredService<StepNames>().NameOf(job) ?? job.Type.Name;

    /// <summary>The same question as before every endpoint, asked again: the dashboard can delete work.</summary>
    private sealed class DashboardAccess : IDashboardAuthorizationFilter
    {
        public bool Authorize(DashboardContext context) =>
            context.GetHttpContext().RequestServices.GetRequiredService<Access>().Check(context.GetHttpContext()) is null;
    }
}
