using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>How long a poll waits before it looks again.</summary>
internal sealed class PollPace(SQLiteStorage storage, RunPodSettings settings, TimeProvider time)
{
    /// <summary>How many polls are to come in each second that is not over; a rate below one a second has longer ones.</summary>
    private readonly SortedDictionary<long, int> _planned = [];

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
        return Slot(Spread(Interval(settings, inFlight, phase, age)));
    }

    /// <summary>
    /// When a job is looked at for the first time: at once, unless so many are in flight that it has to wait its turn, too, and nothing was
    /// told of it yet.
    /// </summary>
    public TimeSpan BeforeFirst(Guid jobId) => storage.Read(connection =>
    {
        Db db = connection;
        var fair = Fair(settings, db.AttemptsInFlight());
        return fair > settings.PollInterval && db.WebhooksOf(jobId) == 0 ? Slot(Spread(fair)) : TimeSpan.Zero;
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

    /// <summary>The first time from <paramref name="pause"/> on whose second has room for another poll.</summary>
    private TimeSpan Slot(TimeSpan pause)
    {
        var length = Math.Max(TimeSpan.TicksPerSecond, (long)(TimeSpan.TicksPerSecond / settings.MaxPollsPerSecond));
        var room = Math.Max(1, (int)settings.MaxPollsPerSecond);
        var now = time.GetUtcNow().UtcTicks;
        lock (_planned)
        {
            while (_planned.Count > 0 && _planned.Keys.First() < now / length)
            {
                _planned.Remove(_planned.Keys.First());
            }

            var wanted = (now + pause.Ticks) / length;
            var second = wanted;
            while (_planned.GetValueOrDefault(second) >= room)
            {
                second++;
            }

            var before = _planned.GetValueOrDefault(second);
            _planned[second] = before + 1;
            return second == wanted ? pause : TimeSpan.FromTicks((second * length) + (before * length / room) - now);
        }
    }
}
