using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>How long a poll waits before it looks again.</summary>
internal sealed class PollPace(SQLiteStorage storage, RunPodSettings settings, TimeProvider time)
{
    /// <summary>
    /// <see cref="RunPodSettings.PollInterval"/> for what was sent just now, longer for what has been at work for long, stretched so that all
    /// polls together stay under <see cref="RunPodSettings.MaxPollsPerSecond"/>, doubled while the provider has not begun; ±10 % so that polls
    /// spread out.
    /// </summary>
    /// <param name="phase">The job's.</param>
    /// <param name="attempt">What is looked at; null when it was sent just now, or is still to be found.</param>
    public TimeSpan Next(string phase, Attempt? attempt = null)
    {
        var inFlight = storage.Read(connection => ((Db)connection).AttemptsInFlight());
        var age = attempt is null ? TimeSpan.Zero : time.GetUtcNow() - attempt.CreatedAt;
        return Interval(settings, inFlight, phase, age) * (0.9 + (0.2 * Random.Shared.NextDouble()));
    }

    internal static TimeSpan Interval(RunPodSettings settings, int inFlight, string phase, TimeSpan age)
    {
        // 2, 5 and 15 seconds by default.
        var patience = phase == JobPhase.Held || age > TimeSpan.FromMinutes(10) ? 7.5 : age > TimeSpan.FromSeconds(20) ? 2.5 : 1;
        var fair = TimeSpan.FromSeconds(inFlight / settings.MaxPollsPerSecond);
        var interval = settings.PollInterval * patience;
        interval = fair > interval ? fair : interval;
        return phase == JobPhase.InGpuQueue && inFlight > 10 ? interval * 2 : interval;
    }
}
