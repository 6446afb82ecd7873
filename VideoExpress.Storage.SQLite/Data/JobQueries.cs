using Hangfire.Storage;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>What workers and filters ask about one job.</summary>
internal static class JobQueries
{
    public static JobData? Data(Statements sql, long job)
    {
        var found = sql.First(
            "select invocation, arguments, state, created_us from hangfire_job where id = $job",
            row => (Invocation: new StoredInvocation(row.GetString(0), row.GetString(1)), State: row.Text(2), CreatedAt: row.GetInt64(3)),
            job);
        if (found.Invocation is null)
        {
            return null;
        }

        var loaded = found.Invocation.Load();
        return new JobData
        {
            Job = loaded.Job,
            InvocationData = loaded.Invocation,
            LoadException = loaded.Exception,
            State = found.State,
            CreatedAt = UnixMicros.ToUtc(found.CreatedAt),
            ParametersSnapshot = Parameters(sql, job),
        };
    }

    /// <summary>The state the job points to, which need not be the last in its history.</summary>
    public static StateData? State(Statements sql, long job) => sql.First(
        """
        select s.name, s.reason, s.data from hangfire_job j
        join hangfire_state s on s.id = j.state_id
        where j.id = $job
        """,
        row => new StateData { Name = row.GetString(0), Reason = row.Text(1), Data = Json.ReadData(row.Text(2)) },
        job);

    public static Dictionary<string, string?> Parameters(Statements sql, long job) => sql
        .Query(
            "select name, value from hangfire_parameter where job_id = $job",
            row => KeyValuePair.Create(row.GetString(0), row.Text(1)),
            job)
        .ToDictionary(StringComparer.Ordinal);
}
