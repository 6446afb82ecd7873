using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteMonitoringTests : MonitoringConformance<SQLiteUnderTest>;

public sealed class InMemoryMonitoringTests : MonitoringConformance<InMemoryUnderTest>;

/// <summary>What the dashboard shows.</summary>
public abstract class MonitoringConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    [Fact]
    public void AFreshStorage_ShowsEmptyPages()
    {
        var statistics = Monitor.GetStatistics();
        Assert.Equal(0, statistics.Enqueued + statistics.Scheduled + statistics.Processing + statistics.Succeeded + statistics.Failed);
        Assert.Equal(0, statistics.Deleted + statistics.Recurring + statistics.Servers + statistics.Queues);
        Assert.Equal(0, statistics.Awaiting);
        Assert.Equal(0, statistics.Retries);
        Assert.Empty(Monitor.Queues());
        Assert.Empty(Monitor.EnqueuedJobs("default", 0, 10));
        Assert.Empty(Monitor.FetchedJobs("default", 0, 10));
        Assert.Empty(Monitor.ProcessingJobs(0, 10));
        Assert.Equal(0, Monitor.EnqueuedCount("default"));
        Assert.Equal(0, Monitor.FetchedCount("default"));
    }

    [Fact]
    public void GetStatistics_CountsByState_AndShowsCountersForWhatExpires()
    {
        CreateJobIn(new EnqueuedState());
        CreateJobIn(new EnqueuedState());
        CreateProcessingJob();
        CreateJobIn(new FailedState(new InvalidOperationException()));
        CreateJobIn(new ScheduledState(TimeSpan.FromHours(1)));
        CreateJobIn(new AwaitingState("1"));
        CreateJobIn(new SucceededState(null, 1, 1));
        Commit(transaction =>
        {
            transaction.IncrementCounter("stats:succeeded");
            transaction.IncrementCounter("stats:succeeded");
            transaction.IncrementCounter("stats:deleted");
            transaction.AddToSet("recurring-jobs", "nightly", -1);
            transaction.AddToSet("retries", "1");
        });

        var statistics = Monitor.GetStatistics();
        Assert.Equal(2, statistics.Enqueued);
        Assert.Equal(1, statistics.Processing);
        Assert.Equal(1, statistics.Failed);
        Assert.Equal(1, statistics.Scheduled);
        Assert.Equal(1, statistics.Awaiting);
        Assert.Equal(2, statistics.Succeeded);
        Assert.Equal(1, statistics.Deleted);
        Assert.Equal(1, statistics.Recurring);
        Assert.Equal(1, statistics.Retries);
        Assert.Equal(1, Monitor.SucceededListCount());
        Assert.Equal(0, Monitor.DeletedListCount());
        Assert.Equal(1, Monitor.ScheduledCount());
        Assert.Equal(1, Monitor.AwaitingCount());
    }

    [Fact]
    public void GetStatistics_CountsStatesTogether_WhoseNamesDifferInCase()
    {
        CreateJobIn(new PlainState("Failed"));
        CreateJobIn(new PlainState("failed"));

        Assert.Equal(2, Monitor.GetStatistics().Failed);
    }

    [Fact]
    public void Queues_AreSortedByName_WithTheirFirstFiveJobs()
    {
        var ids = Enumerable.Range(0, 7).Select(_ => CreateJobIn(new EnqueuedState())).ToArray();
        Commit(transaction =>
        {
            foreach (var id in ids)
            {
                transaction.AddToQueue("b", id);
            }

            transaction.AddToQueue("a", ids[0]);
        });

        var queues = Monitor.Queues();
        Assert.Equal(["a", "b"], queues.Select(queue => queue.Name));
        Assert.Equal([1L, 7L], queues.Select(queue => queue.Length));
        Assert.Equal(ids[..5], queues[1].FirstJobs.Select(job => job.Key));
        Assert.Equal(2, Monitor.GetStatistics().Queues);
    }

    [Fact]
    public void EnqueuedJobs_ArePaged_AndShowJobsThatHaveMovedOn()
    {
        var ids = new[] { CreateJobIn(new EnqueuedState()), CreateProcessingJob(), CreateJobIn(new EnqueuedState()) };
        Commit(transaction =>
        {
            foreach (var id in ids)
            {
                transaction.AddToQueue("default", id);
            }
        });

        var jobs = Monitor.EnqueuedJobs("default", 0, 10);
        Assert.Equal(ids, jobs.Select(job => job.Key));
        Assert.True(jobs[0].Value.InEnqueuedState);
        Assert.NotNull(jobs[0].Value.EnqueuedAt);
        Assert.Equal("Run", jobs[0].Value.Job.Method.Name);
        Assert.False(jobs[1].Value.InEnqueuedState);
        Assert.Equal(ProcessingState.StateName, jobs[1].Value.State);
        Assert.Equal(ids[1..2], Monitor.EnqueuedJobs("default", 1, 1).Select(job => job.Key));
    }

    [Fact]
    public void EnqueuedJobs_ShowARow_WhoseJobIsGone()
    {
        Commit(transaction => transaction.AddToQueue("default", UnknownId));

        var job = Assert.Single(Monitor.EnqueuedJobs("default", 0, 10));
        Assert.Equal(UnknownId, job.Key);
        Assert.Null(job.Value.Job);
        Assert.False(job.Value.InEnqueuedState);
        Assert.Single(Monitor.Queues());
    }

    [Fact]
    public void ProcessingJobs_TellTheServer_OldestFirst()
    {
        var ids = new[] { CreateProcessingJob(), CreateProcessingJob() };

        var jobs = Monitor.ProcessingJobs(0, 10);
        Assert.Equal(ids, jobs.Select(job => job.Key));
        Assert.Equal("server", jobs[0].Value.ServerId);
        Assert.True(jobs[0].Value.InProcessingState);
        Assert.InRange(jobs[0].Value.StartedAt!.Value, Now().AddSeconds(-5), Now().AddSeconds(1));
    }

    [Fact]
    public void ScheduledJobs_TellTheTime()
    {
        var at = Now().AddHours(3);
        CreateJobIn(new ScheduledState(at));

        var job = Assert.Single(Monitor.ScheduledJobs(0, 10)).Value;
        Assert.InRange(job.EnqueueAt, at.AddMilliseconds(-2), at.AddMilliseconds(2));
        Assert.NotNull(job.ScheduledAt);
    }

    [Fact]
    public void SucceededJobs_AreNewestFirst_WithResultAndDuration()
    {
        var ids = new[] { CreateJobIn(new SucceededState("done", 5, 7)), CreateJobIn(new SucceededState(null, 1, 1)) };

        var jobs = Monitor.SucceededJobs(0, 10);
        Assert.Equal(ids.Reverse(), jobs.Select(job => job.Key));
        Assert.Equal("\"done\"", jobs[1].Value.Result);
        Assert.Equal(12, jobs[1].Value.TotalDuration);
        Assert.Equal(ids[..1], Monitor.SucceededJobs(1, 1).Select(job => job.Key));
    }

    [Fact]
    public void FailedJobs_ShowTheLastException_WhenAJobFailedTwice()
    {
        var id = CreateJobIn(new FailedState(new InvalidOperationException("first")));
        Commit(transaction => transaction.SetJobState(id, new FailedState(new NotSupportedException("second")) { Reason = "again" }));

        var job = Assert.Single(Monitor.FailedJobs(0, 10)).Value;
        Assert.Equal("second", job.ExceptionMessage);
        Assert.Equal(typeof(NotSupportedException).FullName, job.ExceptionType);
        Assert.Equal("again", job.Reason);
    }

    [Fact]
    public void DeletedJobs_AreListed()
    {
        var id = CreateJobIn(new DeletedState());

        Assert.Equal(id, Assert.Single(Monitor.DeletedJobs(0, 10)).Key);
        Assert.Equal(1, Monitor.DeletedListCount());
    }

    [Fact]
    public void AwaitingJobs_TellTheStateOfTheParent()
    {
        var parent = CreateProcessingJob();
        CreateJobIn(new AwaitingState(parent));
        CreateJobIn(new AwaitingState(UnknownId));

        var jobs = Monitor.AwaitingJobs(0, 10);
        Assert.Equal(ProcessingState.StateName, jobs[0].Value.ParentStateName);
        Assert.Null(jobs[1].Value.ParentStateName);
    }

    [Theory]
    [InlineData("Processing", false)]
    [InlineData("Scheduled", false)]
    [InlineData("Awaiting", false)]
    [InlineData("Succeeded", true)]
    [InlineData("Failed", true)]
    [InlineData("Deleted", true)]
    public void Lists_ArePaged_InTheirOrder(string state, bool newestFirst)
    {
        var ids = Enumerable.Range(0, 5).Select(_ => CreateJobIn(new PlainState(state))).ToList();
        if (newestFirst)
        {
            ids.Reverse();
        }

        Assert.Equal(ids, Page(0, 10));
        Assert.Equal(ids[1..3], Page(1, 2));
        Assert.Equal(ids[4..], Page(4, 10));
        Assert.Empty(Page(5, 10));

        IEnumerable<string> Page(int from, int count) => state switch
        {
            "Processing" => Monitor.ProcessingJobs(from, count).Select(job => job.Key),
            "Scheduled" => Monitor.ScheduledJobs(from, count).Select(job => job.Key),
            "Awaiting" => Monitor.AwaitingJobs(from, count).Select(job => job.Key),
            "Succeeded" => Monitor.SucceededJobs(from, count).Select(job => job.Key),
            "Failed" => Monitor.FailedJobs(from, count).Select(job => job.Key),
            _ => Monitor.DeletedJobs(from, count).Select(job => job.Key),
        };
    }

    [Fact]
    public void ADeletedJob_IsInTheGraphs()
    {
        var id = CreateJobIn(new EnqueuedState());

        new BackgroundJobStateChanger(new JobFilterCollection { new StatisticsHistoryAttribute() })
            .ChangeState(new StateChangeContext(Storage, Connection, id, new DeletedState()));

        Assert.Equal(1, Monitor.DeletedByDatesCount().Values.Sum());
        Assert.Equal(1, Monitor.HourlyDeletedJobs().Values.Sum());
        Assert.Equal(1, Monitor.GetStatistics().Deleted);
    }

    [Fact]
    public void Lists_BearStatesWithoutData()
    {
        string[] names = ["Succeeded", "Failed", "Scheduled", "Processing", "Deleted", "Awaiting", "Enqueued"];
        foreach (var name in names)
        {
            CreateJobIn(new PlainState(name));
        }

        Commit(transaction => transaction.AddToQueue("default", CreateJobIn(new PlainState("Enqueued"))));

        Assert.Null(Assert.Single(Monitor.SucceededJobs(0, 10)).Value.TotalDuration);
        Assert.Null(Assert.Single(Monitor.FailedJobs(0, 10)).Value.ExceptionMessage);
        Assert.Equal(DateTime.MinValue, Assert.Single(Monitor.ScheduledJobs(0, 10)).Value.EnqueueAt);
        Assert.Null(Assert.Single(Monitor.ProcessingJobs(0, 10)).Value.ServerId);
        Assert.Null(Assert.Single(Monitor.AwaitingJobs(0, 10)).Value.ParentStateName);
        Assert.Single(Monitor.DeletedJobs(0, 10));
        Assert.Single(Monitor.EnqueuedJobs("default", 0, 10));
    }

    [Fact]
    public void JobDetails_TellJobParametersAndHistory()
    {
        var id = CreateJob(("CurrentCulture", "\"de-DE\""));
        Commit(transaction => transaction.SetJobState(id, new EnqueuedState { Reason = "first" }));
        Commit(transaction => transaction.SetJobState(id, PlainState.Processing()));

        var details = Monitor.JobDetails(id)!;
        Assert.Equal("Run", details.Job.Method.Name);
        Assert.NotNull(details.InvocationData);
        Assert.Equal("\"de-DE\"", details.Properties["CurrentCulture"]);
        Assert.Equal([ProcessingState.StateName, EnqueuedState.StateName], details.History.Select(state => state.StateName));
        Assert.Equal("first", details.History[1].Reason);
        Assert.Equal("default", details.History[1].Data["Queue"]);
        Assert.NotNull(details.ExpireAt);
        Assert.Throws<ArgumentNullException>(() => Monitor.JobDetails(null!));
    }

    [Theory]
    [InlineData("succeeded")]
    [InlineData("failed")]
    [InlineData("deleted")]
    public void Graphs_HaveSevenDaysAndTwentyFourHours_ZeroFilled(string type)
    {
        var now = Connection.GetUtcDateTime();
        Commit(transaction =>
        {
            transaction.IncrementCounter($"stats:{type}:" + now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            transaction.IncrementCounter($"stats:{type}:" + now.AddDays(-6).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            transaction.IncrementCounter($"stats:{type}:" + now.AddDays(-7).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            transaction.IncrementCounter($"stats:{type}:" + now.ToString("yyyy-MM-dd-HH", CultureInfo.InvariantCulture));
        });

        var (daily, hourly) = type switch
        {
            "succeeded" => (Monitor.SucceededByDatesCount(), Monitor.HourlySucceededJobs()),
            "failed" => (Monitor.FailedByDatesCount(), Monitor.HourlyFailedJobs()),
            _ => (Monitor.DeletedByDatesCount(), Monitor.HourlyDeletedJobs()),
        };
        Assert.Equal(7, daily.Count);
        Assert.Equal(2, daily.Values.Sum());
        Assert.Equal(1, daily[now.Date]);
        Assert.Equal(24, hourly.Count);
        Assert.Equal(1, hourly.Values.Sum());
    }

    [Fact]
    public void AJobThatCannotBeLoaded_IsShownWithItsReason()
    {
        var id = Connection.CreateExpiredJob(
            new Job(typeof(Unreadable), typeof(Unreadable).GetMethod(nameof(Unreadable.Accept)), [new Unreadable()]),
            None, Now(), TimeSpan.FromHours(1));
        Commit(transaction => transaction.SetJobState(id, new SucceededState(null, 1, 1)));

        Assert.NotNull(Assert.Single(Monitor.SucceededJobs(0, 10)).Value.LoadException);
        Assert.NotNull(Assert.Single(Monitor.SucceededJobs(0, 10)).Value.InvocationData);
        Assert.NotNull(Monitor.JobDetails(id)!.LoadException);
        Assert.NotNull(Connection.GetJobData(id)!.LoadException);
        Assert.NotNull(Connection.GetJobData(id)!.InvocationData);
    }
}

/// <summary>An argument that can be written but not read, as after a change of the program.</summary>
[Newtonsoft.Json.JsonConverter(typeof(Refusing))]
public sealed class Unreadable
{
    public static void Accept(Unreadable argument) => ArgumentNullException.ThrowIfNull(argument);

    private sealed class Refusing : Newtonsoft.Json.JsonConverter<Unreadable>
    {
        public override void WriteJson(Newtonsoft.Json.JsonWriter writer, Unreadable? value, Newtonsoft.Json.JsonSerializer serializer) =>
            writer.WriteValue("written");

        public override Unreadable ReadJson(
            Newtonsoft.Json.JsonReader reader,
            Type objectType,
            Unreadable? existingValue,
            bool hasExistingValue,
            Newtonsoft.Json.JsonSerializer serializer) => throw new Newtonsoft.Json.JsonSerializationException("not readable");
    }
}
