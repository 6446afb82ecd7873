using Hangfire.Common;
using Hangfire.Dashboard;

namespace VideoExpress.Web.Dashboard;

/// <summary>Names background jobs for the dashboard's lists, such as <c>RENDER 3f2a… · Poll</c>.</summary>
internal interface IStepNames
{
    /// <summary>The name of <paramref name="job"/>; null where it has none of its own.</summary>
    string? NameOf(DashboardContext context, Job job);
}
