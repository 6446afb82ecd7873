using System.Text.Json;
using Hangfire.States;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Unit;

/// <summary>The job's state machine on a real file: what each transition leaves, where it does nothing, and what it writes.</summary>
public sealed class JobTransitionsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly SQLiteStorage _storage;
    private readonly JobTransitions _transitions;

    public JobTransitionsTests()
    {
        _storage = new SQLiteStorage(_folder.File("jobs.db"));
        _storage.MigrateJobs();
        _transitions = new JobTransitions(new WorkFolders(_folder.File("work")), TimeProvider.System);
    }

    public void Dispose()
    {
        _storage.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Create_MakesTheRowItsChainAndItsEventsTogether()
    {
        var job = Create(AJob.OfType("RENDER").Captioned());

        Assert.Equal((JobStatus.Queued, 0, JobPhase.Waiting), (job.Status, job.Step, job.Phase));
        Assert.Equal(["Submit", "Poll", "Upload", "Stitch", "Upload"], Read(db => db.StepsOf(job.Id)).Select(step => step.Name));
        AssertEventsHaveNoGap(job.Id, "created", "chained");
    }

    [Fact]
    public void Create_LeavesNothing_WhenItIsNotCommitted()
    {
        var job = AJob.OfType("RENDER");
        using (var unitOfWork = _storage.BeginUnitOfWork())
        {
            _transitions.Create(unitOfWork, job, [], []);
        }

        Assert.Null(Read(db => db.FindJob(job.Id)));
        Assert.Equal(0, _storage.GetMonitoringApi().GetStatistics().Enqueued);
    }

    [Fact]
    public void AChainIsWalkedFromQueuedToSucceeded()
    {
        var job = Create(AJob.OfType("RENDER"));
        Assert.True(Do(work => _transitions.Begin(work, job.Id, HangfireId(job, 0))));
        Assert.True(Do(work => _transitions.HandOn(work, TurnAt(job, 0))));
        Assert.True(Do(work => _transitions.Advance(work, TurnAt(job, 1), JobPhase.Generating, 40)));
        Assert.True(Do(work => _transitions.HandOn(work, TurnAt(job, 1))));
        Assert.True(Do(work => _transitions.Succeed(work, TurnAt(job, 2), [AnOutput(job)], ["a little short"])));

        var after = Read(db => db.FindJob(job.Id))!;
        Assert.Equal((JobStatus.Succeeded, 100, null), (after.Status, after.Progress, after.Phase));
        Assert.Equal(["a little short"], after.Warnings);
        Assert.Equal(AnOutput(job).Key, Assert.Single(Read(db => db.OutputsOf(job.Id, OutputTable.Output))).Key);
        AssertEventsHaveNoGap(job.Id, "created", "chained", "started", "step_done", "progress", "step_done", "succeeded");
    }

    [Fact]
    public void Advance_NeverTakesProgressBack_AndIsSilentWithoutNews()
    {
        var job = Running(1);
        Assert.True(Do(work => _transitions.Advance(work, TurnAt(job, 1), JobPhase.Generating, 50)));
        Assert.False(Do(work => _transitions.Advance(work, TurnAt(job, 1), JobPhase.Generating, 50)));
        Assert.False(Do(work => _transitions.Advance(work, TurnAt(job, 1), JobPhase.Generating, 30)));
        Assert.True(Do(work => _transitions.Advance(work, TurnAt(job, 1), JobPhase.InGpuQueue, 30)));

        Assert.Equal(50, Read(db => db.FindJob(job.Id))!.Progress);
    }

    [Fact]
    public void AnOldStepsResult_ChangesNothing()
    {
        var job = Running(1);

        Assert.False(Do(work => _transitions.HandOn(work, TurnAt(job, 0))));
        Assert.False(Do(work => _transitions.Fail(work, job.Id, HangfireId(job, 0), "late")));
        Assert.Equal((JobStatus.Running, 1), (Read(db => db.FindJob(job.Id))!.Status, Read(db => db.FindJob(job.Id))!.Step));
    }

    [Theory]
    [InlineData(JobStatus.Succeeded)]
    [InlineData(JobStatus.Failed)]
    [InlineData(JobStatus.Canceled)]
    public void ATerminalJob_IsLeftByNoTransitionButARetry(JobStatus status)
    {
        var job = Running(2);
        var turn = TurnAt(job, 2);
        Do(work => status switch
        {
            JobStatus.Succeeded => _transitions.Succeed(work, turn, [AnOutput(job)]),
            JobStatus.Failed => _transitions.Fail(work, job.Id, turn.Row.HangfireId, "no"),
            _ => _transitions.Cancel(work, job.Id),
        });
        var before = Read(db => db.FindJob(job.Id))!;

        Assert.Equal(status, before.Status);
        Assert.False(Do(work => _transitions.Begin(work, job.Id, turn.Row.HangfireId)));
        Assert.False(Do(work => _transitions.Advance(work, turn, JobPhase.Publishing, 99)));
        Assert.False(Do(work => _transitions.Succeed(work, turn, [AnOutput(job)])));
        Assert.False(Do(work => _transitions.Fail(work, job.Id, turn.Row.HangfireId, "again")));
        Assert.False(Do(work => _transitions.Cancel(work, job.Id)));
        Assert.Equal(before.Rev, Read(db => db.FindJob(job.Id))!.Rev);
        Assert.Equal(status == JobStatus.Failed, Do(work => _transitions.Retry(work, job.Id, turn.Row.HangfireId)));
    }

    [Fact]
    public void Retry_GoesOnFromTheFailedStep()
    {
        var job = Running(2);
        Do(work => _transitions.Fail(work, job.Id, HangfireId(job, 2), "the store was down"));

        Assert.True(Do(work => _transitions.Retry(work, job.Id, HangfireId(job, 2))));
        var after = Read(db => db.FindJob(job.Id))!;
        Assert.Equal((JobStatus.Running, 2, null), (after.Status, after.Step, after.Error));
    }

    [Fact]
    public void AJobThatWaits_GetsItsChain_InTheCommitOfTheLastOfThem()
    {
        var first = Running(2);
        var second = Running(2);
        var export = Create(AnExport(first, second), first.Id, second.Id);
        Assert.Null(export.Step);

        Do(work => _transitions.Succeed(work, TurnAt(first, 2), [AnOutput(first)]));
        Assert.Null(Read(db => db.FindJob(export.Id))!.Step);

        Do(work => _transitions.Succeed(work, TurnAt(second, 2), [AnOutput(second)]));
        Assert.Equal(0, Read(db => db.FindJob(export.Id))!.Step);
        Assert.Equal(["Stitch", "Upload"], Read(db => db.StepsOf(export.Id)).Select(step => step.Name));
    }

    [Fact]
    public void AFailedDependency_FailsWhatWaitsForIt_ByName_AndSoOn()
    {
        var render = Running(1);
        var export = Create(AnExport(render), render.Id);
        var second = Create(AnExport(export), export.Id);

        Do(work => _transitions.Fail(work, render.Id, HangfireId(render, 1), "out of memory"));

        var after = Read(db => db.FindJob(export.Id))!;
        Assert.Equal(JobStatus.Failed, after.Status);
        Assert.Equal($"It needs the RENDER job {render.Id:D}, which failed: out of memory", after.Error);
        Assert.Equal(
            $"It needs the EXPORT job {export.Id:D}, which failed because the RENDER job {render.Id:D} failed: out of memory",
            Read(db => db.FindJob(second.Id))!.Error);
    }

    [Fact]
    public void ACanceledDependency_FailsWhatWaitsForIt()
    {
        var render = Running(1);
        var export = Create(AnExport(render), render.Id);

        Do(work => _transitions.Cancel(work, render.Id));

        Assert.EndsWith("which was cancelled", Read(db => db.FindJob(export.Id))!.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void DeletingAnyStep_DeletesTheWholeChain_SoThatTheOneAtWorkIsTold(int ordinal)
    {
        var job = Create(AJob.OfType("RENDER"));
        var deleted = HangfireId(job, ordinal);

        Do(work => work.ChangeState(deleted, new DeletedState()) && _transitions.CancelByStep(work, job.Id, deleted));

        using var connection = _storage.GetConnection();
        Assert.All(
            Read(db => db.StepsOf(job.Id)),
            step => Assert.Equal(DeletedState.StateName, connection.GetJobData(step.HangfireId).State));
    }

    [Fact]
    public void Cancel_SaysCanceling_UntilTheProviderHasAcknowledged()
    {
        var job = Running(1);
        Do(work => { AnAttempt(work, job); return true; });

        Do(work => _transitions.Cancel(work, job.Id));
        Assert.Equal((JobStatus.Canceled, JobPhase.Canceling), (Read(db => db.FindJob(job.Id))!.Status, Read(db => db.FindJob(job.Id))!.Phase));
        Assert.Equal("Cancel", Read(db => db.FindStep(job.Id, StepTable.CancelOrdinal))!.Name);

        Assert.True(Do(work => _transitions.SettleCancel(work, job.Id)));
        Assert.Null(Read(db => db.FindJob(job.Id))!.Phase);
    }

    [Fact]
    public void Cancel_WithoutAnAttempt_NeedsNoProvider()
    {
        var job = Create(AJob.OfType("RENDER"));

        Do(work => _transitions.Cancel(work, job.Id));

        Assert.Null(Read(db => db.FindJob(job.Id))!.Phase);
        Assert.Null(Read(db => db.FindStep(job.Id, StepTable.CancelOrdinal)));
    }

    private static Job AnExport(params Job[] sources) => AJob.OfType("EXPORT") with
    {
        Id = Ids.New(TimeProvider.System),
        Parameters = JsonElement.Parse(
            $$"""{"clips":[{{string.Join(',', sources.Select(job => $$"""{"url":{"job":"{{job.Id}}","output":"video"},"start":0}"""))}}],"captions":[]}"""),
    };

    private static JobOutput AnOutput(Job job) =>
        new("video", StoreKey.Published(job.Id, "1", "video.mp4"), "video/mp4", 3, new string('a', 64), null);

    private static void AnAttempt(SQLiteUnitOfWork work, Job job) => ((Db)work).Insert(
        new Attempt
        {
            Id = Ids.New(TimeProvider.System), JobId = job.Id, Step = 0, Number = 1, State = AttemptState.Submitting, Endpoint = "local",
            RequestId = null, Result = null, CreatedAt = job.CreatedAt,
        },
        job);

    private Job Running(int step)
    {
        var job = Create(AJob.OfType("RENDER"));
        Do(work => _transitions.Begin(work, job.Id, HangfireId(job, 0)));
        for (var ordinal = 0; ordinal < step; ordinal++)
        {
            Do(work => _transitions.HandOn(work, TurnAt(job, ordinal)));
        }

        return Read(db => db.FindJob(job.Id))!;
    }

    private Job Create(Job job, params Guid[] dependsOn)
    {
        job = job with { Id = Ids.New(TimeProvider.System) };
        Do(work =>
        {
            _transitions.Create(work, job, dependsOn, []);
            return true;
        });
        return Read(db => db.FindJob(job.Id))!;
    }

    private Turn TurnAt(Job job, int ordinal) => new(Read(db => db.FindJob(job.Id))!, Read(db => db.FindStep(job.Id, ordinal))!);

    private string HangfireId(Job job, int ordinal) => Read(db => db.FindStep(job.Id, ordinal))!.HangfireId;

    private bool Do(Func<SQLiteUnitOfWork, bool> transition)
    {
        using var unitOfWork = _storage.BeginUnitOfWork();
        var changed = transition(unitOfWork);
        unitOfWork.Commit();
        return changed;
    }

    private T Read<T>(Func<Db, T> query) => _storage.Read(connection => query(connection));

    private void AssertEventsHaveNoGap(Guid jobId, params string[] types)
    {
        var events = Read(db => db.List<(long Rev, string Type)>(
            "select rev, type from events where job_id = @id order by seq", new { id = jobId.Text() }));
        Assert.Equal(types, events.Select(row => row.Type));
        Assert.Equal(Enumerable.Range(1, events.Count).Select(rev => (long)rev), events.Select(row => row.Rev));
        Assert.Equal(events.Count, Read(db => db.FindJob(jobId))!.Rev);
    }
}
