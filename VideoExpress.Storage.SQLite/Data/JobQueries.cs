using Hangfire.Storage;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>What workers and filters ask about one job.</summary>
internal static class JobQueries
{
    public static JobData? Data(Statements sql, long job) => sql.First(
        "select invocation, arguments, parameters, state, created_us from hangfire_job where id = $job",
        row =>
        {
            var loaded = new StoredInvocation(row.GetString(0), row.GetString(1)).Load();
            return new JobData
            {
                Job = loaded.Job,
                InvocationData = loaded.Invocation,
                LoadException = loaded.Exception,
                ParametersSnapshot = Json.ReadParameters(row.Text(2)),
                State = row.Text(3),
                CreatedAt = UnixMicros.ToUtc(row.GetInt64(4)),
            };
        },
        job);

    /// <summary>The state the job points to, which need not be the last in its history.</summary>
    public static StateData? State(Statements sql, long job) => sql.First(
        """
        select s.name, s.reason, s.data from hangfire_job j
        join hangfire_state s on s.job_id = j.id and s.id = j.state_id
        where j.id = $job
        """,
        row => new StateData { Name = row.GetString(0), Reason = row.Text(1), Data = Json.ReadData(row.Text(2)) },
        job);

    /// <summary>Null when there is no such job.</summary>
    public static Dictionary<string, string?>? Parameters(Statements sql, long job) => sql.First(
        "select parameters from hangfire_job where id = $job", row => Json.ReadParameters(row.Text(0)), job);
}
