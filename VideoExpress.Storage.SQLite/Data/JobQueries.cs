using Hangfire.Storage;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>What workers and filters ask about one job.</summary>
internal static class JobQueries
{
    public static JobData? Data(Statements sql, long job)
    {
        JobData? data = null;
        var parameters = new Dictionary<string, string?>(StringComparer.Ordinal);
        // One statement, because workers ask this of every job, twice. The first row has the job, each row one parameter.
        sql.ForEach(
            """
            select p.name, p.value, j.invocation, j.arguments, j.state, j.created_us from hangfire_job j
            left join hangfire_parameter p on p.job_id = j.id where j.id = $job
            """,
            row =>
            {
                data ??= Data(row, parameters);
                if (row.Text(0) is { } name)
                {
                    parameters.Add(name, row.Text(1));
                }
            },
            job);
        return data;
    }

    private static JobData Data(Row row, Dictionary<string, string?> parameters)
    {
        var loaded = new StoredInvocation(row.GetString(2), row.GetString(3)).Load();
        return new JobData
        {
            Job = loaded.Job,
            InvocationData = loaded.Invocation,
            LoadException = loaded.Exception,
            State = row.Text(4),
            CreatedAt = UnixMicros.ToUtc(row.GetInt64(5)),
            ParametersSnapshot = parameters,
        };
    }

    /// <summary>The state the job points to, which need not be the last in its history.</summary>
    public static StateData? State(Statements sql, long job) => sql.First(
        """
        select s.name, s.reason, s.data from hangfire_job j
        join hangfire_state s on s.job_id = j.id and s.id = j.state_id
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
