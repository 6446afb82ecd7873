using Hangfire.States;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>The dashboard over odd rows and many rows.</summary>
public sealed class ProviderMonitoringTests : SQLiteTest
{
    [Fact]
    public void DamagedRows_AreShown_NotThrown()
    {
        var id = CreateJobIn(new FailedState(new InvalidOperationException()));
        Client.ChangeState(id, new SucceededState("fine", 1, 1), null);
        Write("update hangfire_job set invocation = '{oops', arguments = 'nonsense'");
        Write("update hangfire_state set data = '[1,2'");

        var job = Assert.Single(Monitor.SucceededJobs(0, 10)).Value;
        Assert.NotNull(job.LoadException);
        Assert.Null(job.InvocationData);
        Assert.Null(job.Result);
        Assert.NotNull(Monitor.JobDetails(id)!.LoadException);
        Assert.NotNull(Connection.GetJobData(id)!.LoadException);
        Assert.Empty(Connection.GetStateData(id)!.Data);
    }

    [Fact]
    public void OddNumbersAndTimesInStates_AreLeftOut()
    {
        PlainState[] states =
        [
            new("Succeeded", ("PerformanceDuration", "soon"), ("Latency", "99999999999999999999999")),
            new("Scheduled", ("EnqueueAt", "tomorrow")),
            new("Scheduled", ("EnqueueAt", "999999999999999999")),
            new("Awaiting", ("ParentId", "nobody")),
        ];
        Commit(transaction =>
        {
            foreach (var state in states)
            {
                transaction.SetJobState(transaction.CreateJob(AJob(), None, Now(), TimeSpan.FromHours(1)), state);
            }
        });

        Assert.Null(Assert.Single(Monitor.SucceededJobs(0, 10)).Value.TotalDuration);
        Assert.All(Monitor.ScheduledJobs(0, 10), job => Assert.Equal(DateTime.MinValue, job.Value.EnqueueAt));
        Assert.Null(Assert.Single(Monitor.AwaitingJobs(0, 10)).Value.ParentStateName);
    }

    [Fact]
    public void StateData_IsFoundInAnyCase()
    {
        var id = CreateJobIn(new PlainState("Processing", ("serverId", "camel")));

        Assert.Equal("camel", Connection.GetStateData(id)!.Data["ServerId"]);
        Assert.Equal("camel", Assert.Single(Monitor.ProcessingJobs(0, 10)).Value.ServerId);
    }

    [Fact]
    public void Lists_GoById_NotByTheTimeOfTheState()
    {
        var ids = Enumerable.Range(0, 3).Select(_ => CreateJobIn(new EnqueuedState())).ToArray();
        foreach (var id in ids.Reverse())
        {
            Client.ChangeState(id, new SucceededState(null, 1, 1), null);
        }

        Assert.Equal(ids.Reverse(), Monitor.SucceededJobs(0, 10).Select(job => job.Key));
    }

    [Fact]
    public void Counts_AgreeWithTheRows_WhateverHappened()
    {
        var ids = Enumerable.Range(0, 10).Select(_ => CreateJobIn(new EnqueuedState())).ToArray();
        foreach (var id in ids[..7])
        {
            Client.ChangeState(id, PlainState.Processing(), null);
        }

        foreach (var id in ids[..5])
        {
            Client.ChangeState(id, new SucceededState(null, 1, 1), null);
        }

        Write($"delete from hangfire_job where id in ({ids[0]}, {ids[9]})");
        using (var unit = Storage.BeginUnitOfWork())
        {
            unit.Create(AJob(), new EnqueuedState());
        }

        Assert.Equal(0, Ask<long>(
            """
            select count(*) from hangfire_state_count c
            where c.jobs <> (select count(*) from hangfire_job j where j.state = c.state)
            """));
        Assert.Equal(4, Monitor.SucceededListCount());
        Assert.Equal(2, Monitor.ProcessingCount());
        Assert.Equal(2, Monitor.GetStatistics().Enqueued);
    }

    [Theory]
    [InlineData(
        "select * from hangfire_job j left join hangfire_state s on s.id = j.state_id "
        + "where j.state = 'Succeeded' order by j.id desc limit 20")]
    [InlineData("select * from hangfire_state where job_id = 1 order by id desc")]
    [InlineData("select value from hangfire_set where key = 'schedule' and score between 0 and 1 order by score, id limit 1")]
    [InlineData("select due_us from hangfire_set where due_us is not null order by due_us limit 1")]
    [InlineData("select id from hangfire_job where expire_us < 5 limit 500")]
    [InlineData("select id from hangfire_set where expire_us < 5 limit 500")]
    [InlineData("select key, field from hangfire_hash where expire_us < 5 limit 500")]
    [InlineData("select value from hangfire_list where key = 'x' order by id desc limit 10")]
    public void Queries_GoByAnIndex_WithoutSorting(string query)
    {
        var plan = Storage.Read(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "explain query plan " + query;
            using var reader = command.ExecuteReader();
            var steps = new List<string>();
            while (reader.Read())
            {
                steps.Add(reader.GetString(3));
            }

            return steps;
        });

        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("INDEX"));
    }

    private void Write(string sql)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, sql);
        unit.Commit();
    }
}
