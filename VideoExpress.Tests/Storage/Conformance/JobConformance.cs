using Hangfire.Common;
using Hangfire.States;

namespace VideoExpress.Tests.Storage.Conformance;

public sealed class SQLiteJobTests : JobConformance<SQLiteUnderTest>;

public sealed class InMemoryJobTests : JobConformance<InMemoryUnderTest>;

/// <summary>Jobs, their parameters and their current state, by the connection.</summary>
public abstract class JobConformance<T> : StorageConformance<T>
    where T : ITestedStorage, new()
{
    [Fact]
    public void CreateExpiredJob_MakesAJobWithoutAState()
    {
        var id = CreateJob(("Name", "value"), ("Empty", null));

        var data = Connection.GetJobData(id);
        Assert.NotNull(data);
        Assert.Null(data.State);
        Assert.Null(data.LoadException);
        Assert.Equal("Run", data.Job.Method.Name);
        Assert.Equal(["x"], data.Job.Args);
        Assert.Null(Connection.GetStateData(id));
        Assert.Equal("value", data.ParametersSnapshot["Name"]);
        Assert.Null(data.ParametersSnapshot["Empty"]);
    }

    [Fact]
    public void CreateExpiredJob_KeepsTheQueueOfTheJob()
    {
        var job = new Job(typeof(Work), typeof(Work).GetMethod(nameof(Work.Run)), ["x"], "films");

        var id = Connection.CreateExpiredJob(job, None, Now(), TimeSpan.FromHours(1));

        Assert.Equal("films", Connection.GetJobData(id)!.Job.Queue);
        Assert.Equal("films", Connection.GetJobData(id)!.InvocationData.Queue);
    }

    [Fact]
    public void CreateExpiredJob_KeepsAwkwardArguments()
    {
        const string awkward = "quote \" apostrophe ' percent % null \0 emoji 🎬 line\nend";
        var parameters = new Dictionary<string, string?> { ["p"] = awkward };

        var id = Connection.CreateExpiredJob(AJob(awkward), parameters, Now(), TimeSpan.FromHours(1));

        Assert.Equal(awkward, Connection.GetJobData(id)!.Job.Args[0]);
        Assert.Equal(awkward, Connection.GetJobParameter(id, "p"));
    }

    [Fact]
    public void CreateExpiredJob_GivesEachJobItsOwnId() =>
        Assert.Equal(20, Enumerable.Range(0, 20).Select(_ => CreateJob()).Distinct().Count());

    [Fact]
    public void CreateExpiredJob_RefusesNull()
    {
        Assert.Throws<ArgumentNullException>(() => Connection.CreateExpiredJob(null, None, Now(), TimeSpan.Zero));
        Assert.Throws<ArgumentNullException>(() => Connection.CreateExpiredJob(AJob(), null, Now(), TimeSpan.Zero));
    }

    [Fact]
    public void GetJobData_TellsTheStateNameAndCreationInUtc()
    {
        var before = Now().AddSeconds(-1);
        var id = CreateProcessingJob();

        var data = Connection.GetJobData(id)!;
        Assert.Equal(ProcessingState.StateName, data.State);
        Assert.Equal(DateTimeKind.Utc, data.CreatedAt.Kind);
        Assert.InRange(data.CreatedAt, before, Now().AddSeconds(1));
    }

    [Theory]
    [MemberData(nameof(OddIds.All), MemberType = typeof(OddIds))]
    public void Reads_AnswerNothing_WhenThereIsNoSuchJob(string id)
    {
        Assert.Null(Connection.GetJobData(id));
        Assert.Null(Connection.GetStateData(id));
        Assert.Null(Connection.GetJobParameter(id, "any"));
        Assert.Null(Monitor.JobDetails(id));
    }

    [Theory]
    [MemberData(nameof(OddIds.All), MemberType = typeof(OddIds))]
    public void Writes_DoNothing_WhenThereIsNoSuchJob(string id)
    {
        Connection.SetJobParameter(id, "any", "value");
        Commit(transaction =>
        {
            transaction.SetJobParameter(id, "any", "value");
            transaction.SetJobState(id, new SucceededState(null, 1, 1));
            transaction.AddJobState(id, new SucceededState(null, 1, 1));
            transaction.ExpireJob(id, TimeSpan.FromHours(1));
            transaction.PersistJob(id);
        });

        Assert.Null(Connection.GetJobData(id));
        Assert.Equal(0, Monitor.SucceededListCount());
    }

    [Fact]
    public void JobReads_RefuseNull()
    {
        Assert.Throws<ArgumentNullException>(() => Connection.GetJobData(null!));
        Assert.Throws<ArgumentNullException>(() => Connection.GetStateData(null!));
        Assert.Throws<ArgumentNullException>(() => Connection.GetJobParameter(null, "name"));
        Assert.Throws<ArgumentNullException>(() => Connection.GetJobParameter(UnknownId, null));
        Assert.Throws<ArgumentNullException>(() => Connection.SetJobParameter(null, "name", "value"));
        Assert.Throws<ArgumentNullException>(() => Connection.SetJobParameter(UnknownId, null, "value"));
    }

    [Fact]
    public void SetJobParameter_AddsAndReplaces()
    {
        var id = CreateJob(("kept", "1"));

        Connection.SetJobParameter(id, "name", "first");
        Connection.SetJobParameter(id, "name", "second");
        Assert.Equal("second", Connection.GetJobParameter(id, "name"));

        Connection.SetJobParameter(id, "name", null);
        Assert.Null(Connection.GetJobParameter(id, "name"));
        Assert.Equal("1", Connection.GetJobParameter(id, "kept"));
        Assert.Null(Connection.GetJobParameter(id, "missing"));
    }

    [Fact]
    public void GetStateData_TellsNameReasonAndData()
    {
        var id = CreateJobIn(new FailedState(new InvalidOperationException("no good")) { Reason = "why" });

        var state = Connection.GetStateData(id)!;
        Assert.Equal(FailedState.StateName, state.Name);
        Assert.Equal("why", state.Reason);
        Assert.Equal("no good", state.Data["ExceptionMessage"]);
    }

    [Fact]
    public void GetStateData_FollowsTheJob_NotTheHistory()
    {
        var id = CreateProcessingJob();

        Commit(transaction => transaction.AddJobState(id, new SucceededState(null, 1, 1)));

        Assert.Equal(ProcessingState.StateName, Connection.GetStateData(id)!.Name);
        Assert.Equal(ProcessingState.StateName, Connection.GetJobData(id)!.State);
        Assert.Equal(1, Monitor.ProcessingCount());
        Assert.Equal(0, Monitor.SucceededListCount());
    }

    [Fact]
    public void GetJobData_LoadsNullArguments()
    {
        var job = new Job(typeof(Work), typeof(Work).GetMethod(nameof(Work.Run)), new object?[] { null });
        var id = Connection.CreateExpiredJob(job, None, Now(), TimeSpan.FromHours(1));

        Assert.Null(Connection.GetJobData(id)!.LoadException);
        Assert.Null(Connection.GetJobData(id)!.Job.Args[0]);
    }

    [Fact]
    public void GetUtcDateTime_IsNow()
    {
        var now = Connection.GetUtcDateTime();

        Assert.Equal(DateTimeKind.Utc, now.Kind);
        Assert.InRange(now, Now().AddSeconds(-2), Now().AddSeconds(2));
    }
}
