using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;

namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteRecurringTests : RecurringConformance<SQLiteUnderTest>;

public sealed class InMemoryRecurringTests : RecurringConformance<InMemoryUnderTest>;

/// <summary>Hangfire's own manager of recurring jobs on the storage.</summary>
public abstract class RecurringConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    private RecurringJobManager Manager => new(Storage);

    [Fact]
    public void AddOrUpdate_EntersTheJobUnderItsNextTime()
    {
        Manager.AddOrUpdate("nightly", AJob(), "0 3 * * *", new RecurringJobOptions());

        var job = Assert.Single(Connection.GetRecurringJobs());
        Assert.Equal("nightly", job.Id);
        Assert.Equal("0 3 * * *", job.Cron);
        Assert.True(job.NextExecution > Now());
        Assert.Equal(1, Monitor.GetStatistics().Recurring);
        Assert.Null(Connection.GetFirstByLowestScoreFromSet("recurring-jobs", 0, JobHelper.ToTimestamp(Now())));
        Assert.Equal("nightly", Connection.GetFirstByLowestScoreFromSet("recurring-jobs", 0, JobHelper.ToTimestamp(Now().AddDays(2))));
    }

    [Fact]
    public void AddOrUpdate_Twice_IsOneJob()
    {
        Manager.AddOrUpdate("nightly", AJob(), "0 3 * * *", new RecurringJobOptions());
        Manager.AddOrUpdate("nightly", AJob(), "0 4 * * *", new RecurringJobOptions());

        Assert.Equal("0 4 * * *", Assert.Single(Connection.GetRecurringJobs()).Cron);
    }

    [Fact]
    public void AJobThatNeverComes_IsNotAmongTheDueOnes()
    {
        Manager.AddOrUpdate("never", AJob(), Cron.Never(), new RecurringJobOptions());

        Assert.Empty(Connection.GetFirstByLowestScoreFromSet("recurring-jobs", 0, JobHelper.ToTimestamp(Now().AddYears(10)), 10));
        Assert.Single(Connection.GetAllItemsFromSet("recurring-jobs"));
    }

    [Fact]
    public void Trigger_CreatesAJobNow()
    {
        Manager.AddOrUpdate("nightly", AJob(), "0 3 * * *", new RecurringJobOptions());

        var id = Manager.TriggerJob("nightly");

        Assert.Equal("Enqueued", Connection.GetJobData(id)!.State);
        Assert.Equal(1, Monitor.EnqueuedCount("default"));
        Assert.Equal(id, Assert.Single(Connection.GetRecurringJobs()).LastJobId);
        Assert.Null(Manager.TriggerJob("unknown"));
    }

    [Fact]
    public void AMissedTime_IsMadeUpForOnce_InTheQueueOfTheJob()
    {
        var job = new Job(typeof(Work), typeof(Work).GetMethod(nameof(Work.Run)), ["x"], "films");
        Manager.AddOrUpdate("nightly", job, "0 3 * * *", new RecurringJobOptions());
        var missed = Now().AddDays(-3);
        Connection.SetRangeInHash("recurring-job:nightly", [KeyValuePair.Create("LastExecution", JobHelper.SerializeDateTime(missed))]);
        Commit(transaction => transaction.AddToSet("recurring-jobs", "nightly", JobHelper.ToTimestamp(missed)));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        using (new TestServer(Storage, 1, "elsewhere"))
        {
            using var fetched = Connection.FetchNextJob(["films"], patience.Token);
            fetched.RemoveFromQueue();
            Assert.Equal("films", Connection.GetJobData(fetched.JobId)!.Job.Queue);
            Assert.Equal(fetched.JobId, Assert.Single(Connection.GetRecurringJobs()).LastJobId);
        }

        Assert.Equal(0, Monitor.EnqueuedCount("films"));
        Assert.True(Assert.Single(Connection.GetRecurringJobs()).NextExecution > Now());
    }

    [Fact]
    public void RemoveIfExists_RemovesAllOfIt()
    {
        Manager.AddOrUpdate("nightly", AJob(), "0 3 * * *", new RecurringJobOptions());
        Manager.RemoveIfExists("nightly");
        Manager.RemoveIfExists("unknown");

        Assert.Empty(Connection.GetRecurringJobs());
        Assert.Null(Connection.GetAllEntriesFromHash("recurring-job:nightly"));
    }
}
