using System.Text.Json;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Idempotency;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs;

/// <summary>Where jobs are handed in, asked for and cancelled.</summary>
public sealed class JobDesk
{
    private readonly SQLiteStorage _storage;
    private readonly JobTransitions _transitions;
    private readonly GpuEndpoints _endpoints;
    private readonly JobSources _sources;
    private readonly TimeProvider _time;

    internal JobDesk(
        SQLiteStorage storage, JobTransitions transitions, GpuEndpoints endpoints, JobSources sources, TimeProvider time) =>
        (_storage, _transitions, _endpoints, _sources, _time) = (storage, transitions, endpoints, sources, time);

    /// <summary>Accepts a job: row, event, chain and the sender's key in one durable commit.</summary>
    /// <param name="read">Reads what is asked for; not called when the call has made its job before, so that nothing since can spoil its answer.</param>
    /// <param name="call">The call, if its sender may repeat it.</param>
    /// <returns>The job, and whether an earlier call has made it: then as it stands now.</returns>
    /// <exception cref="InvalidFieldsException">It needs something that is not there, or its key is another request's; nothing was written.</exception>
    public (Job Job, bool IsReplay) Create(Func<NewJob> read, RepeatableCall? call = null)
    {
        if (call is not null && _storage.Read(connection => ((Db)connection).FindMade(call)) is { } known)
        {
            return (known, true);
        }

        var request = read();
        using var unitOfWork = _storage.BeginUnitOfWork();
        Db db = unitOfWork;
        if (call is not null && db.FindMade(call) is { } meanwhile)
        {
            // Writes share a commit, so the job may not be on the disk yet: it must be before anybody hears of it.
            unitOfWork.Commit();
            return (meanwhile, true);
        }

        var errors = new FieldErrors();
        var quality = QualityOf(request, errors);
        var (dependsOn, uses) = _sources.Resolve(db, request, errors);
        errors.ThrowIfAny();
        var job = NewRow(request, quality);
        _transitions.Create(unitOfWork, job, dependsOn, uses);
        if (call is not null)
        {
            db.Insert(call, job.Id);
        }

        var created = db.FindJob(job.Id)!;
        unitOfWork.Commit();
        Failpoint.Reach(FailpointNames.JobAccepted);
        return (created, false);
    }

    /// <summary>A job with its published files; null when there is none of that id.</summary>
    public (Job Job, IReadOnlyList<JobOutput> Outputs)? Find(Guid jobId) => _storage.Read(connection =>
    {
        Db db = connection;
        return db.FindJob(jobId) is { } job ? (job, (IReadOnlyList<JobOutput>)db.OutputsOf(jobId, OutputTable.Output)) : default((Job, IReadOnlyList<JobOutput>)?);
    });

    /// <summary>The newest jobs first: those that are kept, or those in the trash.</summary>
    public IReadOnlyList<(Job Job, IReadOnlyList<JobOutput> Outputs)> List(int limit, bool trash = false) => _storage.Read(connection =>
    {
        Db db = connection;
        var jobs = db.ListJobs(limit, trash);
        var outputs = db.OutputsOf(jobs.Select(job => job.Id));
        return jobs.ConvertAll(job => (job, (IReadOnlyList<JobOutput>)[.. outputs[job.Id]]));
    });

    /// <summary>
    /// Cancels a job, durably when this returns. The step at work is told at once, the provider by a step of its own until it
    /// acknowledges. A job that is over stays as it is.
    /// </summary>
    /// <returns>The job as it stands afterwards; null when there is none of that id.</returns>
    public Job? Cancel(Guid jobId)
    {
        while (!TryCancel(jobId))
        {
            // It went on to its next step meanwhile: look again.
        }

        return _storage.Read(connection => ((Db)connection).FindJob(jobId));
    }

    /// <summary>False when the job changed between the look at its chain and the lock of it.</summary>
    private bool TryCancel(Guid jobId)
    {
        var (seen, steps) = _storage.Read(connection => (((Db)connection).FindJob(jobId), ((Db)connection).StepsOf(jobId)));
        if (seen is null || seen.Status.IsTerminal())
        {
            return true;
        }

        var left = steps.Where(step => step.Ordinal >= (seen.Step ?? int.MaxValue)).Select(step => step.HangfireId).ToArray();
        using var unitOfWork = _storage.BeginUnitOfWork(left);
        if (((Db)unitOfWork).FindJob(jobId) is not { } job || job.Step != seen.Step)
        {
            return false;
        }

        _transitions.Cancel(unitOfWork, jobId);
        unitOfWork.Commit();
        Failpoint.Reach(FailpointNames.JobCanceled);
        return true;
    }

    private Job NewRow(NewJob request, string quality) => new()
    {
        Id = Ids.New(_time),
        Type = request.Type.Name,
        Status = JobStatus.Queued,
        Progress = 0,
        Phase = JobPhase.Waiting,
        HeldReason = null,
        Parameters = JsonElement.Parse(request.Type.Write(request.Parameters)),
        Quality = quality,
        Error = null,
        Warnings = [],
        Step = null,
        Rev = 0,
        CreatedAt = _time.GetUtcNow(),
        UpdatedAt = _time.GetUtcNow(),
        StartedAt = null,
        FinishedAt = null,
        Pinned = false,
        Trash = null,
    };

    private string QualityOf(NewJob request, FieldErrors errors)
    {
        if (request.Quality == JobQuality.Final && !_endpoints.HasProvider && request.Parameters.WorkerOutputs.Count > 0)
        {
            errors.Add("quality", "final needs a GPU, and none is configured (RUNPOD_ENDPOINT); draft works here.");
        }

        return request.Quality ?? (_endpoints.HasProvider ? JobQuality.Final : JobQuality.Draft);
    }
}
