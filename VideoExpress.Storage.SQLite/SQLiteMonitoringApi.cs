using Hangfire.States;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// What the dashboard asks. Counts by state are kept by triggers, lists go by an index, and no page fails because of one odd row. Counts
/// and graphs here; lists in the other part.
/// </summary>
internal sealed partial class SQLiteMonitoringApi(SQLiteStorage storage) : JobStorageMonitor
{
    public override StatisticsDto GetStatistics() => storage.Pool.Snapshot(sql =>
    {
        var jobs = sql
            .Query("select state, jobs from hangfire_state_count", row => (State: row.GetString(0), Jobs: row.GetInt64(1)))
            // Names of states are told apart by case in the file, and nowhere in Hangfire.
            .GroupBy(count => count.State, count => count.Jobs, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(counts => counts.Key, counts => counts.Sum(), StringComparer.OrdinalIgnoreCase);
        return new StatisticsDto
        {
            Enqueued = jobs.GetValueOrDefault(EnqueuedState.StateName),
            Scheduled = jobs.GetValueOrDefault(ScheduledState.StateName),
            Processing = jobs.GetValueOrDefault(ProcessingState.StateName),
            Failed = jobs.GetValueOrDefault(FailedState.StateName),
            Awaiting = jobs.GetValueOrDefault(AwaitingState.StateName),
            // Of all time: the rows expire, the counters do not.
            Succeeded = sql.Scalar<long>("select value from hangfire_counter where key = 'stats:succeeded'"),
            Deleted = sql.Scalar<long>("select value from hangfire_counter where key = 'stats:deleted'"),
            Recurring = sql.Scalar<long>("select count(*) from hangfire_set where key = 'recurring-jobs'"),
            Retries = sql.Scalar<long>("select count(*) from hangfire_set where key = 'retries'"),
            Servers = sql.Scalar<long>("select count(*) from hangfire_server"),
            Queues = storage.Queues.Count().Count,
        };
    });

    public override long ScheduledCount() => CountOf(ScheduledState.StateName);

    public override long FailedCount() => CountOf(FailedState.StateName);

    public override long ProcessingCount() => CountOf(ProcessingState.StateName);

    public override long SucceededListCount() => CountOf(SucceededState.StateName);

    public override long DeletedListCount() => CountOf(DeletedState.StateName);

    public override long AwaitingCount() => CountOf(AwaitingState.StateName);

    public override long EnqueuedCount(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return storage.Queues.Count().Find(count => count.Queue == queue).Free;
    }

    public override long FetchedCount(string queue)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return storage.Queues.Count().Find(count => count.Queue == queue).Taken;
    }

    public override IDictionary<DateTime, long> SucceededByDatesCount() => Daily("succeeded");

    public override IDictionary<DateTime, long> FailedByDatesCount() => Daily("failed");

    public override IDictionary<DateTime, long> DeletedByDatesCount() => Daily("deleted");

    public override IDictionary<DateTime, long> HourlySucceededJobs() => Hourly("succeeded");

    public override IDictionary<DateTime, long> HourlyFailedJobs() => Hourly("failed");

    public override IDictionary<DateTime, long> HourlyDeletedJobs() => Hourly("deleted");

    private long CountOf(string state) =>
        storage.Pool.Read(sql => sql.Scalar<long>("select jobs from hangfire_state_count where state = $state", state));

    private Dictionary<DateTime, long> Daily(string type)
    {
        var today = UnixMicros.ToUtc(storage.Now()).Date;
        return Timeline(
            Enumerable.Range(0, 7).Select(days => today.AddDays(-days)),
            date => FormattableString.Invariant($"stats:{type}:{date:yyyy-MM-dd}"));
    }

    private Dictionary<DateTime, long> Hourly(string type)
    {
        var now = UnixMicros.ToUtc(storage.Now());
        return Timeline(
            Enumerable.Range(0, 24).Select(hours => now.AddHours(-hours)),
            time => FormattableString.Invariant($"stats:{type}:{time:yyyy-MM-dd-HH}"));
    }

    /// <summary>The counters of all times given, zero where there is none; one query.</summary>
    private Dictionary<DateTime, long> Timeline(IEnumerable<DateTime> times, Func<DateTime, string> keyOf)
    {
        var keys = times.ToDictionary(time => time, keyOf);
        var counters = storage.Pool.Read(sql => sql.Query(
                "select key, value from hangfire_counter where key in (select value from json_each($keys))",
                row => KeyValuePair.Create(row.GetString(0), row.GetInt64(1)),
                Json.Write([.. keys.Values])))
            .ToDictionary(StringComparer.Ordinal);
        return keys.ToDictionary(key => key.Key, key => counters.GetValueOrDefault(key.Value));
    }
}
