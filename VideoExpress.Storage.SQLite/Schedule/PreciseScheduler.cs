using Hangfire.Server;

namespace VideoExpress.Storage.SQLite.Schedule;

/// <summary>
/// Enqueues scheduled jobs at their exact time. Hangfire's own scheduler polls, every 15 seconds by default, and goes on doing so as a
/// safety net; this process sleeps until the next job is due and then has it do one round.
/// </summary>
internal sealed class PreciseScheduler(SQLiteStorage storage) : IBackgroundProcess
{
    /// <summary>After a clock was set or a machine slept, a job is late by no more than this.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(30);

    /// <summary>Between two rounds when a job stays due, for instance because another server is at it.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly DelayedJobScheduler _round = new(TimeSpan.Zero, storage.StateChanger);

    public void Execute(BackgroundProcessContext context)
    {
        if (!storage.DueTimes.Wait(LongestSleep, context.StoppingToken))
        {
            return;
        }

        _round.Execute(context);
        storage.ReloadDueTimes();
        if (storage.DueTimes.Wait(TimeSpan.Zero, context.StoppingToken))
        {
            context.Wait(Pause);
        }
    }

    public override string ToString() => nameof(PreciseScheduler);
}
