using Hangfire;
using VideoExpress.Jobs.Chain;
using BackgroundJob = Hangfire.Common.Job;

namespace VideoExpress.Jobs.Retention;

/// <summary>The recurring jobs of the product, as the dashboard shows them.</summary>
public static class Upkeep
{
    /// <summary>Puts them on the schedule that the settings say; one that was missed while the server was down runs at once.</summary>
    public static void Schedule(JobStorage storage, RetentionSettings settings)
    {
        var recurring = new RecurringJobManager(storage);
        var cleanup = BackgroundJob.FromExpression<Cleanup>(job => job.RunAsync(null!, CancellationToken.None), StepQueues.Upkeep);
        recurring.AddOrUpdate("cleanup", cleanup, settings.Schedule, new RecurringJobOptions());
        var scrub = BackgroundJob.FromExpression<Scrub>(job => job.ReportAsync(CancellationToken.None), StepQueues.Upkeep);
        recurring.AddOrUpdate("scrub", scrub, settings.ScrubSchedule, new RecurringJobOptions());
    }
}
