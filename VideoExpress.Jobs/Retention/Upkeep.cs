using Hangfire;
using Hangfire.Storage;
using VideoExpress.Jobs.Chain;
using BackgroundJob = Hangfire.Common.Job;

namespace VideoExpress.Jobs.Retention;

/// <summary>The recurring jobs of the product, as the dashboard shows them. They take turns, also with a scrub that the API asked for.</summary>
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

    /// <summary>Whoever holds it cleans up or scrubs, and nobody else does, in no process.</summary>
    /// <exception cref="UpkeepBusyException">Somebody else holds it.</exception>
    internal static IDisposable TakeTurn(IStorageConnection connection)
    {
        try
        {
            return connection.AcquireDistributedLock("videoexpress:upkeep", TimeSpan.Zero);
        }
        catch (DistributedLockTimeoutException)
        {
            throw new UpkeepBusyException();
        }
    }
}

/// <summary>A cleanup or a scrub is at work.</summary>
internal sealed class UpkeepBusyException()
    : JobException("A cleanup or another scrub is at work already, so nothing was done; try again when it is over (see /hangfire).", canHeal: true);
