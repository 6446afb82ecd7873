using Hangfire.States;
using Hangfire.Storage.Monitoring;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Monitoring;

namespace VideoExpress.Storage.SQLite;

internal sealed partial class SQLiteMonitoringApi
{
    private const int FirstJobsOfQueue = 5;

    public override IList<QueueWithTopEnqueuedJobsDto> Queues() =>
    [
        .. storage.Queues.Count().Select(count => new QueueWithTopEnqueuedJobsDto
        {
            Name = count.Queue,
            Length = count.Free,
            Fetched = count.Taken,
            FirstJobs = EnqueuedJobs(count.Queue, 0, FirstJobsOfQueue),
        }),
    ];

    public override IList<ServerDto> Servers() => storage.Pool.Read(sql => sql.Query(
        "select id, queues, workers, started_us, heartbeat_us from hangfire_server order by id",
        row => new ServerDto
        {
            Name = row.GetString(0),
            Queues = Json.ReadStrings(row.GetString(1)),
            WorkersCount = row.GetInt32(2),
            StartedAt = UnixMicros.ToUtc(row.GetInt64(3)),
            Heartbeat = UnixMicros.ToUtc(row.GetInt64(4)),
        }));

    public override JobDetailsDto? JobDetails(string jobId)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        return JobIds.TryParse(jobId, out var job) ? storage.Pool.Snapshot(sql => Details(sql, job)) : null;
    }

    public override JobList<EnqueuedJobDto> EnqueuedJobs(string queue, int from, int perPage)
    {
        ArgumentNullException.ThrowIfNull(queue);
        return Queued(
            storage.Queues.Free(queue, from, perPage),
            (_, state) => new EnqueuedJobDto
            {
                Job = state.Job,
                InvocationData = state.Invocation,
                LoadException = state.LoadException,
                State = state.State,
                InEnqueuedState = state.InState,
                StateData = state.Data,
                EnqueuedAt = state.ChangedAt,
            },
            EnqueuedState.StateName);
    }

    public override JobList<FetchedJobDto> FetchedJobs(string queue, int from, int perPage)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var takenAt = storage.Queues.Claims(queue).Skip(from).Take(perPage).ToDictionary(claim => claim.Row.Id, claim => claim.At);
        return Queued(
            [.. takenAt.Keys],
            (row, state) => new FetchedJobDto
            {
                Job = state.Job,
                InvocationData = state.Invocation,
                LoadException = state.LoadException,
                State = state.State,
                FetchedAt = takenAt[row],
            },
            expectedState: null);
    }

    public override JobList<ProcessingJobDto> ProcessingJobs(int from, int count) =>
        InState(ProcessingState.StateName, newestFirst: false, from, count, job => new ProcessingJobDto
        {
            Job = job.Job,
            InvocationData = job.Invocation,
            LoadException = job.LoadException,
            InProcessingState = job.InState,
            StateData = job.Data,
            ServerId = job["ServerId"] ?? job["ServerName"],
            StartedAt = job.ChangedAt,
        });

    public override JobList<ScheduledJobDto> ScheduledJobs(int from, int count) =>
        InState(ScheduledState.StateName, newestFirst: false, from, count, job => new ScheduledJobDto
        {
            Job = job.Job,
            InvocationData = job.Invocation,
            LoadException = job.LoadException,
            InScheduledState = job.InState,
            StateData = job.Data,
            EnqueueAt = job.Time("EnqueueAt") ?? DateTime.MinValue,
            ScheduledAt = job.ChangedAt,
        });

    public override JobList<SucceededJobDto> SucceededJobs(int from, int count) =>
        InState(SucceededState.StateName, newestFirst: true, from, count, job => new SucceededJobDto
        {
            Job = job.Job,
            InvocationData = job.Invocation,
            LoadException = job.LoadException,
            InSucceededState = job.InState,
            StateData = job.Data,
            Result = job["Result"],
            TotalDuration = job.Number("PerformanceDuration") + job.Number("Latency"),
            SucceededAt = job.ChangedAt,
        });

    public override JobList<FailedJobDto> FailedJobs(int from, int count) =>
        InState(FailedState.StateName, newestFirst: true, from, count, job => new FailedJobDto
        {
            Job = job.Job,
            InvocationData = job.Invocation,
            LoadException = job.LoadException,
            InFailedState = job.InState,
            StateData = job.Data,
            Reason = job.Reason,
            ExceptionType = job["ExceptionType"],
            ExceptionMessage = job["ExceptionMessage"],
            ExceptionDetails = job["ExceptionDetails"],
            FailedAt = job.ChangedAt,
        });

    public override JobList<DeletedJobDto> DeletedJobs(int from, int count) =>
        InState(DeletedState.StateName, newestFirst: true, from, count, job => new DeletedJobDto
        {
            Job = job.Job,
            InvocationData = job.Invocation,
            LoadException = job.LoadException,
            InDeletedState = job.InState,
            StateData = job.Data,
            DeletedAt = job.ChangedAt,
        });

    public override JobList<AwaitingJobDto> AwaitingJobs(int from, int count)
    {
        var jobs = InState(AwaitingState.StateName, newestFirst: false, from, count, job => new AwaitingJobDto
        {
            Job = job.Job,
            InvocationData = job.Invocation,
            LoadException = job.LoadException,
            InAwaitingState = job.InState,
            StateData = job.Data,
            AwaitingAt = job.ChangedAt,
        });

        var parents = jobs.Select(job => ParentOf(job.Value)).OfType<long>().Distinct().ToArray();
        var states = storage.Pool.Read(sql => sql.Query(
                "select id, state from hangfire_job where id in (select value from json_each($ids))",
                row => KeyValuePair.Create(row.GetInt64(0), row.Text(1)), Json.Write(parents)))
            .ToDictionary();
        foreach (var (_, job) in jobs)
        {
            job.ParentStateName = ParentOf(job) is { } parent ? states.GetValueOrDefault(parent) : null;
        }

        return jobs;
    }

    private static long? ParentOf(AwaitingJobDto job) =>
        job.StateData?.TryGetValue("ParentId", out var id) is true && JobIds.TryParse(id, out var parent) ? parent : null;

    private static JobDetailsDto? Details(Statements sql, long job)
    {
        var found = sql.First(
            "select invocation, arguments, created_us, expire_us, parameters from hangfire_job where id = $job",
            row => (
                Invocation: new StoredInvocation(row.GetString(0), row.GetString(1)),
                CreatedAt: row.GetInt64(2),
                ExpireAt: row.Number(3),
                Parameters: row.Text(4)),
            job);
        if (found.Invocation is null)
        {
            return null;
        }

        var loaded = found.Invocation.Load();
        return new JobDetailsDto
        {
            Job = loaded.Job,
            InvocationData = loaded.Invocation,
            LoadException = loaded.Exception,
            CreatedAt = UnixMicros.ToUtc(found.CreatedAt),
            ExpireAt = UnixMicros.ToUtc(found.ExpireAt),
            Properties = Json.ReadParameters(found.Parameters),
            History = sql.Query(
                "select name, reason, data, created_us from hangfire_state where job_id = $job order by id desc",
                row => new StateHistoryDto
                {
                    StateName = row.GetString(0),
                    Reason = row.Text(1),
                    Data = Json.ReadData(row.Text(2)),
                    CreatedAt = UnixMicros.ToUtc(row.GetInt64(3)),
                },
                job),
        };
    }

    /// <summary>One page of the jobs in a state, by id.</summary>
    private JobList<T> InState<T>(string state, bool newestFirst, int from, int count, Func<MonitoredJob, T> map) =>
        new(storage.Pool.Read(sql => sql.Query(
            $"""
            select j.id, {MonitoredJob.Columns} from hangfire_job j {MonitoredJob.Joins}
            where j.state = $state order by j.id {(newestFirst ? "desc" : "asc")} limit $count offset $from
            """,
            row => KeyValuePair.Create(JobIds.ToText(row.GetInt64(0)), map(MonitoredJob.Read(row, 1, state))),
            state, count, from)));

    /// <summary>Rows of a queue, oldest first; also those whose job is gone.</summary>
    private JobList<T> Queued<T>(long[] rows, Func<long, MonitoredJob, T> map, string? expectedState) =>
        new(storage.Pool.Read(sql => sql.Query(
            $"""
            select q.id, q.job_id, {MonitoredJob.Columns} from hangfire_queue q
            left join hangfire_job j on j.id = q.job_id {MonitoredJob.Joins}
            where q.id in (select value from json_each($rows)) order by q.id
            """,
            row => KeyValuePair.Create(
                JobIds.ToText(row.GetInt64(1)), map(row.GetInt64(0), MonitoredJob.Read(row, 2, expectedState))),
            Json.Write(rows))));
}
