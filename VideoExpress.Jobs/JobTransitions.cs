using System.Text.Json;
using System.Text.Json.Nodes;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs;

/// <summary>
/// The only place where a job's row changes. Each transition names the states that it may leave; where the job stands elsewhere, it
/// changes nothing and answers false. Each that happens raises <c>rev</c> by one and writes one event, in the caller's transaction.
/// </summary>
internal sealed partial class JobTransitions(WorkFolders folders, TimeProvider time)
{
    /// <summary>What of an error is told again in the errors of jobs that wait, in characters.</summary>
    private const int MaxCause = 500;

    /// <summary>Accepts a job: its row and, unless it waits for others, its whole chain.</summary>
    /// <param name="unitOfWork">Writes it.</param>
    /// <param name="job">The job.</param>
    /// <param name="dependsOn">Jobs that it waits for.</param>
    /// <param name="uses">Jobs and assets whose files it takes in: they stay while it does.</param>
    public void Create(SQLiteUnitOfWork unitOfWork, Job job, IReadOnlyCollection<Guid> dependsOn, IReadOnlyCollection<Guid> uses)
    {
        Db db = unitOfWork;
        db.Execute(
            """
            insert into jobs (job_id, type, status, params, created_at, updated_at, phase, quality)
            values (@id, @Type, 'QUEUED', @parameters, @created, @created, @Phase, @Quality)
            """,
            new
            {
                id = job.Id.Text(), job.Type, parameters = job.Parameters.GetRawText(), created = Micros.From(job.CreatedAt), job.Phase, job.Quality,
            });
        foreach (var dependency in dependsOn)
        {
            db.Execute("insert into dependencies values (@id, @dependency)", new { id = job.Id.Text(), dependency = dependency.Text() });
        }

        foreach (var used in uses)
        {
            db.Execute("insert into uses values (@id, @used)", new { id = job.Id.Text(), used = used.Text() });
        }

        Change(unitOfWork, job.Id, "created", "status = status", "true");
        BuildWhenReady(unitOfWork, job);
    }

    /// <summary>Its first step is being run: QUEUED → RUNNING.</summary>
    public bool Begin(SQLiteUnitOfWork unitOfWork, Guid jobId, string hangfireId)
    {
        Db db = unitOfWork;
        return db.FindStep(jobId, hangfireId) is { Ordinal: 0 } && db.FindJob(jobId) is { } job && Change(
            unitOfWork, jobId, "started",
            "status = 'RUNNING', phase = @phase, started_at = coalesce(started_at, @now)",
            "status = 'QUEUED' and step = 0",
            new() { ["phase"] = JobType.Of(job).Chain.Links[0].Phase });
    }

    /// <summary>Something became visible while a step is at work: its phase, or more progress. RUNNING → RUNNING.</summary>
    public bool Advance(SQLiteUnitOfWork unitOfWork, Turn turn, string phase, int progress, string? heldReason = null) =>
        Change(
            unitOfWork, turn.Job.Id, "progress",
            "phase = @phase, progress = max(progress, @progress), held_reason = @heldReason",
            "status = 'RUNNING' and step = @ordinal and (progress < @progress or phase is not @phase or held_reason is not @heldReason)",
            new() { ["phase"] = phase, ["progress"] = progress, ["heldReason"] = heldReason, ["ordinal"] = turn.Row.Ordinal });

    /// <summary>A try of its current step failed and will be repeated: its owner sees why. RUNNING → RUNNING.</summary>
    public bool Stumble(SQLiteUnitOfWork unitOfWork, Guid jobId, string hangfireId, string sentence) =>
        ((Db)unitOfWork).FindStep(jobId, hangfireId) is { Ordinal: >= 0 } row && Change(
            unitOfWork, jobId, "try_failed",
            "held_reason = @reason",
            "status = 'RUNNING' and step = @ordinal and held_reason is not @reason",
            new() { ["reason"] = HeldReason.Retrying(sentence), ["ordinal"] = row.Ordinal });

    /// <summary>The step is done and the next one starts: RUNNING → RUNNING.</summary>
    public bool HandOn(SQLiteUnitOfWork unitOfWork, Turn turn, IEnumerable<string>? warnings = null)
    {
        var next = turn.Parameters.Chain.Links[turn.Row.Ordinal + 1];
        return Change(
            unitOfWork, turn.Job.Id, "step_done",
            "step = @ordinal + 1, phase = @phase, progress = max(progress, @progress), held_reason = null, warnings = @warnings",
            "status = 'RUNNING' and step = @ordinal",
            new() { ["ordinal"] = turn.Row.Ordinal, ["phase"] = next.Phase, ["progress"] = turn.Link.To, ["warnings"] = Merge(turn, warnings) });
    }

    /// <summary>Every output is published: RUNNING → SUCCEEDED. The jobs that waited for this one alone get their chains.</summary>
    public bool Succeed(SQLiteUnitOfWork unitOfWork, Turn turn, IReadOnlyList<JobOutput> outputs, IEnumerable<string>? warnings = null)
    {
        var changed = Change(
            unitOfWork, turn.Job.Id, "succeeded",
            "status = 'SUCCEEDED', phase = null, held_reason = null, progress = 100, finished_at = @now, warnings = @warnings",
            "status = 'RUNNING' and step = @ordinal",
            new() { ["ordinal"] = turn.Row.Ordinal, ["warnings"] = Merge(turn, warnings) });
        if (!changed)
        {
            return false;
        }

        ((Db)unitOfWork).SetOutputs(turn.Job.Id, OutputTable.Output, outputs, time.NowMicros());
        foreach (var dependent in ((Db)unitOfWork).DependentsOf(turn.Job.Id))
        {
            BuildWhenReady(unitOfWork, dependent);
        }

        return true;
    }

    /// <summary>Its current step has failed for good: QUEUED or RUNNING → FAILED, and so do the jobs that wait for it.</summary>
    public bool Fail(SQLiteUnitOfWork unitOfWork, Guid jobId, string hangfireId, string error) =>
        ((Db)unitOfWork).FindStep(jobId, hangfireId) is { Ordinal: >= 0 } row
        && Fail(unitOfWork, jobId, error, "status in ('QUEUED', 'RUNNING') and step = @ordinal", row.Ordinal);

    /// <summary>
    /// Its owner cancels it: QUEUED or RUNNING → CANCELED at once. Its chain is deleted in the same transaction, so that a step at work is
    /// told by the commit; where a provider may be at work, the step that tells it is made there, too.
    /// </summary>
    public bool Cancel(SQLiteUnitOfWork unitOfWork, Guid jobId)
    {
        Db db = unitOfWork;
        var atProvider = db.OpenAttempts(jobId).Count > 0;
        var changed = Change(
            unitOfWork, jobId, "canceled",
            "status = 'CANCELED', phase = @phase, held_reason = null, finished_at = @now",
            "status in ('QUEUED', 'RUNNING')",
            new() { ["phase"] = atProvider ? JobPhase.Canceling : null });
        if (!changed)
        {
            return false;
        }

        if (atProvider)
        {
            unitOfWork.BuildCancel(jobId);
        }

        unitOfWork.DeleteChain(jobId, "The job was cancelled.");
        FailDependents(unitOfWork, jobId, "was cancelled");
        return true;
    }

    /// <summary>It was cancelled, and yet a provider may be at work for it, untold: CANCELED and settled → CANCELED, <c>canceling</c>.</summary>
    public bool CancelAgain(SQLiteUnitOfWork unitOfWork, Guid jobId)
    {
        if (!Change(unitOfWork, jobId, "canceling", "phase = 'canceling'", "status = 'CANCELED' and phase is null"))
        {
            return false;
        }

        unitOfWork.BuildCancel(jobId);
        return true;
    }

    /// <summary>A step was deleted in the dashboard: the job is cancelled, unless the step is over, or belongs to an older chain.</summary>
    public bool CancelByStep(SQLiteUnitOfWork unitOfWork, Guid jobId, string hangfireId) =>
        ((Db)unitOfWork).FindStep(jobId, hangfireId) is { Ordinal: >= 0 } row
        && ((Db)unitOfWork).FindJob(jobId) is { } job && row.Ordinal >= job.Step
        && Cancel(unitOfWork, jobId);

    /// <summary>The provider has acknowledged the cancellation, or its request is over: the phase <c>canceling</c> ends.</summary>
    public bool SettleCancel(SQLiteUnitOfWork unitOfWork, Guid jobId) =>
        Change(unitOfWork, jobId, "cancel_settled", "phase = null", "status = 'CANCELED' and phase = 'canceling'");

    /// <summary>Its failed step is to be run again: FAILED → RUNNING, out of the trash if it is there; not once its files are going.</summary>
    public bool Retry(SQLiteUnitOfWork unitOfWork, Guid jobId, string hangfireId)
    {
        if (((Db)unitOfWork).FindJob(jobId) is not { } job || ((Db)unitOfWork).FindStep(jobId, hangfireId) is not { Ordinal: >= 0 } row)
        {
            return false;
        }

        if (job.Status == JobStatus.Failed && job.Step == row.Ordinal)
        {
            Restore(unitOfWork, jobId);
        }

        ((Db)unitOfWork).ClearTries(jobId, row.Ordinal);
        var changed = Change(
            unitOfWork, jobId, "retried",
            "status = 'RUNNING', phase = @phase, error = null, finished_at = null",
            "status = 'FAILED' and step = @ordinal and retention is null",
            new() { ["phase"] = JobType.Of(job).Chain.Links[row.Ordinal].Phase, ["ordinal"] = row.Ordinal });
        if (changed)
        {
            ((Db)unitOfWork).AskAgain(jobId);
        }

        return changed;
    }

    /// <summary>Removes the scratch files of a job that is over.</summary>
    public void RemoveScratch(Guid jobId) => folders.Remove(jobId);

    private bool Fail(SQLiteUnitOfWork unitOfWork, Guid jobId, string error, string guard, int? ordinal)
    {
        var changed = FailAlone(unitOfWork, jobId, error, guard, ordinal);
        if (changed)
        {
            FailDependents(unitOfWork, jobId, $"failed: {(error.Length <= MaxCause ? error : error[..MaxCause] + "…")}");
        }

        return changed;
    }

    private bool FailAlone(SQLiteUnitOfWork unitOfWork, Guid jobId, string error, string guard, int? ordinal) => Change(
        unitOfWork, jobId, "failed",
        "status = 'FAILED', phase = null, held_reason = null, error = @error, finished_at = @now",
        guard,
        new() { ["error"] = error, ["ordinal"] = ordinal });

    private static string? Merge(Turn turn, IEnumerable<string>? warnings) => Json(turn.Job.Warnings.Union(warnings ?? []));

    private static string? Json(IEnumerable<string> warnings) =>
        warnings.ToArray() is { Length: > 0 } all ? JsonSerializer.Serialize(all, JobsJson.Default.StringArray) : null;

    /// <summary>One guarded update, one revision, one event.</summary>
    private bool Change(
        SQLiteUnitOfWork unitOfWork, Guid jobId, string type, string set, string guard, Dictionary<string, object?>? parameters = null)
    {
        Db db = unitOfWork;
        parameters ??= [];
        parameters["id"] = jobId.Text();
        parameters["now"] = time.NowMicros();
        var after = db.Find<After>(
            $"""
            update jobs set {set}, updated_at = @now, rev = rev + 1 where job_id = @id and {guard}
            returning rev, status, progress, phase, step, error, retention, trash_reason
            """,
            parameters);
        if (after is null)
        {
            return false;
        }

        var data = new JsonObject { ["status"] = after.Status, ["progress"] = after.Progress };
        (string, JsonNode?)[] rest =
            [("phase", after.Phase), ("step", after.Step), ("error", after.Error), ("retention", after.Retention), ("trash_reason", after.TrashReason)];
        foreach (var (name, value) in rest.Where(pair => pair.Item2 is not null))
        {
            data[name] = value;
        }

        db.Execute(
            "insert into events (job_id, rev, at, type, data) values (@id, @rev, @now, @type, @data)",
            new { id = parameters["id"], rev = after.Rev, now = parameters["now"], type, data = data.ToJsonString() });
        if (after.Status is not ("QUEUED" or "RUNNING"))
        {
            unitOfWork.OnCommitted(() => RemoveScratch(jobId));
        }

        return true;
    }

    private sealed class After
    {
        public long Rev { get; set; }
        public string Status { get; set; } = "";
        public long Progress { get; set; }
        public string? Phase { get; set; }
        public long? Step { get; set; }
        public string? Error { get; set; }
        public string? Retention { get; set; }
        public string? TrashReason { get; set; }
    }
}
