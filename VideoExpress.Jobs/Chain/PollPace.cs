using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>How long a poll waits before it looks again.</summary>
internal sealed class PollPace(SQLiteStorage storage, RunPodSettings settings)
{
    /// <summary>
    /// <see cref="RunPodSettings.PollInterval"/> while few jobs are in flight, stretched so that all polls together stay under
    /// <see cref="RunPodSettings.MaxPollsPerSecond"/>, doubled while the provider has not begun; ±10 % so that polls spread out.
    /// </summary>
    public TimeSpan Next(string phase)
    {
        var inFlight = storage.Read(connection => ((Db)connection).AttemptsInFlight());
        return Interval(settings, inFlight, phase == JobPhase.InGpuQueue) * (0.9 + (0.2 * Random.Shared.NextDouble()));
    }

    internal static TimeSpan Interval(RunPodSettings settings, int inFlight, bool queued)
    {
        var fair = TimeSpan.FromSeconds(inFlight / settings.MaxPollsPerSecond);
        var interval = fair > settings.PollInterval ? fair : settings.PollInterval;
        return queued && inFlight > 10 ? interval * 2 : interval;
    }
}
