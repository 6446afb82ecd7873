using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>How long a poll waits before it looks again.</summary>
internal sealed class PollPace(SQLiteStorage storage, RunPodSettings settings, TimeProvider time)
{
    /// <summary>
    /// <see cref="RunPodSettings.PollInterval"/> for what was sent just now, longer for what has been at work for long, stretched so that all
    /// polls together stay under <see cref="RunPodSettings.MaxPollsPerSecond"/>, doubled while the provider has not begun; up to a fifth more so
    /// that polls spread out.
    /// </summary>
    /// <param name="phase">The job's.</param>
    /// <param name="attempt">What is looked at; null when it was sent just now, or is still to be found.</param>
    public TimeSpan Next(string phase, Attempt? attempt = null)
    {
        var inFlight = storage.Read(connection => ((Db)connection).AttemptsInFlight());
        var age = attempt is null ? TimeSpan.Zero : time.GetUtcNow() - attempt.CreatedAt;
        return Spread(Interval(settings, inFlight, phase, age));
    }

    /// <summary>
    /// When a job is looked at for the first time: at once, unless so many are in flight that it has to wait its turn, too, and nothing was
    /// told of it yet.
    /// </summary>
    public TimeSpan BeforeFirst(Guid jobId) => storage.Read(connection =>
    {
        Db db = connection;
        var fair = Fair(settings, db.AttemptsInFlight());
        return fair > settings.PollInterval && db.WebhooksOf(jobId) == 0 ? Spread(fair) : TimeSpan.Zero;
    });

    internal static TimeSpan Interval(RunPodSettings settings, int inFlight, string phase, TimeSpan age)
    {
        // 2, 5 and 15 seconds by default.
        var patience = phase == JobPhase.Held || age > TimeSpan.FromMinutes(10) ? 7.5 : age > TimeSpan.FromSeconds(20) ? 2.5 : 1;
        var fair = Fair(settings, inFlight);
        var interval = settings.PollInterval * patience;
        interval = fair > interval ? fair : interval;
        return phase == JobPhase.InGpuQueue && inFlight > 10 ? interval * 2 : interval;
    }

    private static TimeSpan Fair(RunPodSettings settings, int inFlight) => TimeSpan.FromSeconds(inFlight / settings.MaxPollsPerSecond);

    private static TimeSpan Spread(TimeSpan interval) => interval * (1 + (0.2 * Random.Shared.NextDouble()));
}
