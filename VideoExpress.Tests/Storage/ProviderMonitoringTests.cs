using Hangfire.States;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>The dashboard over odd rows and many rows.</summary>
public sealed class ProviderMonitoringTests : SQLiteTest
{
    /// <summary>Single-digit ones.</summary>
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

    private void Write(string sql)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, sql);
        unit.Commit();
    }
}
