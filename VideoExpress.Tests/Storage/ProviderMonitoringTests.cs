using Hangfire.States;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>The dashboard over odd rows and many rows.</summary>
public sealed class ProviderMonitoringTests : SQLiteTest
{
    /// <summary>Single-digit ones.</summary>
    private static readonly TimeSpan Milliseconds = TimeSpan.FromMilliseconds(9.9);

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

    [Fact]
    public async Task TheDetailsOfAJob_AreOneSnapshot()
    {
        var id = Connection.CreateExpiredJob(AJob(), new Dictionary<string, string?> { ["Name"] = "0" }, Now(), TimeSpan.FromHours(1));
        Commit(transaction => transaction.SetJobState(id, new PlainState("0")));
        using var writing = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            var torn = 0;
            while (!writing.IsCancellationRequested)
            {
                var details = Monitor.JobDetails(id)!;
                torn += details.History[0].StateName == details.Properties["Name"] ? 0 : 1;
            }

            return torn;
        });

        for (var number = 1; number <= 200; number++)
        {
            var name = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            Commit(transaction =>
            {
                transaction.SetJobState(id, new PlainState(name));
                transaction.SetJobParameter(id, "Name", name);
            });
        }

        await writing.CancelAsync();
        Assert.Equal(0, await reading);
    }

    [Fact]
    public void WithAHundredThousandFinishedJobs_PagesTakeMilliseconds()
    {
        Write(
            """
            with recursive n (id) as (select 1 union all select id + 1 from n where id < 100000)
            insert into hangfire_job (id, invocation, arguments, created_us, state_id) select id, '{}', '', 0, id from n;
            insert into hangfire_state (id, job_id, name, data, created_us)
                select id, id, 'Succeeded', '{"Result":"1","Latency":"5","PerformanceDuration":"7"}', 0 from hangfire_job;
            update hangfire_job set state = 'Succeeded';
            insert into hangfire_set (key, value, score) select 'retries', id, 0 from hangfire_job where id < 1000;
            """);

        Assert.Equal(100_000, Monitor.SucceededListCount());
        Assert.InRange(Best(() => Monitor.GetStatistics()), TimeSpan.Zero, Milliseconds);
        Assert.InRange(Best(() => Monitor.SucceededJobs(0, 20)), TimeSpan.Zero, Milliseconds);
        Assert.InRange(Best(() => Monitor.FailedJobs(0, 20)), TimeSpan.Zero, Milliseconds);
        Assert.InRange(Best(() => Monitor.JobDetails("50000")), TimeSpan.Zero, Milliseconds);
    }

    /// <summary>Of ten times, so that a busy machine is no failure.</summary>
    private static TimeSpan Best(Action page) => Enumerable.Range(0, 10).Min(_ =>
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        page();
        return System.Diagnostics.Stopwatch.GetElapsedTime(start);
    });

    private void Write(string sql)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, sql);
        unit.Commit();
    }
}
