using Hangfire.Common;

namespace VideoExpress.Web.Dashboard;

/// <summary>The name of a background job that nobody names better: its class, and the start of its first id.</summary>
internal static class StepName
{
    /// <summary><c>PollStep.RunAsync(id)</c> reads <c>3f2a91c0… · Poll</c>.</summary>
    public static string Of(Job job)
    {
        var step = job.Type.Name.EndsWith("Step", StringComparison.Ordinal) ? job.Type.Name[..^4] : $"{job.Type.Name}.{job.Method.Name}";
        return job.Args.OfType<Guid>().Select(id => $"{id:N}"[..8] + "… · ").FirstOrDefault("") + step;
    }
}
