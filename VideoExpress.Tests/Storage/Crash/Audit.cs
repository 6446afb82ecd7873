using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>What holds of every file between two commits, however the process before has ended.</summary>
internal static class Audit
{
    /// <summary>Hand-offs half done, counted: the parent has ended and its child still waits, or the child has started before.</summary>
    public const string HandOffsHalfDone =
        """
        select count(*) from hangfire_job child
        join hangfire_state s on s.job_id = child.id and s.name = 'Awaiting'
        join hangfire_job parent on parent.id = cast(json_extract(s.data, '$.ParentId') as integer)
        where (child.state = 'Awaiting') = (parent.state in ('Succeeded', 'Deleted'))
        """;

    /// <summary>What must not be found, by a count.</summary>
    private static readonly (string What, string Count)[] Faults =
    [
        ("rows that refer to nothing", "select count(*) from pragma_foreign_key_check"),
        ("counts of states that are not those of the rows",
            """
            select count(*) from (select state, count(*) jobs from hangfire_job where state is not null group by state) rows
            full join hangfire_state_count kept on kept.state = rows.state where coalesce(rows.jobs, 0) <> coalesce(kept.jobs, 0)
            """),
        ("jobs whose state is not in their history",
            """
            select count(*) from hangfire_job j where j.state is not null and not exists
                (select 1 from hangfire_state s where s.job_id = j.id and s.id = j.state_id and s.name = j.state)
            """),
        ("jobs with a state and no history, or the reverse",
            "select count(*) from hangfire_job j where (j.state is null) = exists (select 1 from hangfire_state s where s.job_id = j.id)"),
        ("jobs that are stuck: to be run, but in no queue",
            """
            select count(*) from hangfire_job j
            where j.state in ('Enqueued', 'Processing') and not exists (select 1 from hangfire_queue q where q.job_id = j.id)
            """),
        ("jobs twice in the queue", "select count(*) from (select 1 from hangfire_queue group by job_id having count(*) > 1)"),
        ("jobs in the queue that are not to be run",
            """
            select count(*) from hangfire_queue q left join hangfire_job j on j.id = q.job_id
            where coalesce(j.state, 'none') not in ('Enqueued', 'Processing', 'Deleted')
            """),
        ("scheduled jobs that are not in the schedule, or the reverse",
            """
            select count(*) from (select id from hangfire_job where state = 'Scheduled') jobs
            full join (select cast(value as integer) id from hangfire_set where key = 'schedule') schedule on schedule.id = jobs.id
            where jobs.id is null or schedule.id is null
            """),
        ("hand-offs half done: a parent that has ended with a child that waits, or the reverse", HandOffsHalfDone),
    ];

    public static void AssertSound(SQLiteStorage storage)
    {
        Assert.Equal("ok", Ask<string>(storage, "pragma integrity_check"));
        var found = Faults.Select(fault => (fault.What, Count: Ask<long>(storage, fault.Count)));
        Assert.DoesNotContain(found, fault => fault.Count != 0);
        if (Ask<long>(storage, "select count(*) from sqlite_master where name = 'films'") != 0)
        {
            Assert.Equal(0, Ask<long>(storage, Film.Half));
        }
    }

    /// <summary>Every job that has a state.</summary>
    public static Dictionary<string, string> States(SQLiteStorage storage) => storage.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select id, state from hangfire_job where state is not null";
        using var reader = command.ExecuteReader();
        var states = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            states.Add(reader.GetString(0), reader.GetString(1));
        }

        return states;
    });

    public static T? Ask<T>(SQLiteStorage storage, string sql) => storage.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is T value ? value : default;
    });
}
