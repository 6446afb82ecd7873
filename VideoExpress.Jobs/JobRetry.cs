using Hangfire.States;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs;

/// <summary>Where the owner of a FAILED job has it go on from the step that failed: what was done before it, and paid, is kept.</summary>
internal sealed class JobRetry(SQLiteStorage storage, JobTransitions transitions)
{
    /// <summary>Retries a job, durably when this returns: the same as a requeue of its failed step in the dashboard.</summary>
    /// <returns>The job as it stands afterwards, and why it was not retried if so; null when there is none of that id.</returns>
    public ChangeResult<Job>? Retry(Guid jobId)
    {
        while (true)
        {
            var seen = storage.Read(connection => CurrentStep(connection, jobId));
            using var unitOfWork = storage.BeginUnitOfWork(seen is null ? [] : [seen]);
            Db db = unitOfWork;
            if (db.FindJob(jobId) is not { } job)
            {
                return null;
            }

            if (CurrentStep(db, jobId) != seen)
            {
                continue; // somebody was quicker: look again
            }

            if (WhyNot(db, job) is { } refusal)
            {
                return new ChangeResult<Job>(job, refusal);
            }

            DriveOn(unitOfWork, job, seen);
            var retried = db.FindJob(jobId)!;
            unitOfWork.Commit();
            return new ChangeResult<Job>(retried, null);
        }
    }

    private void DriveOn(SQLiteUnitOfWork unitOfWork, Job job, string? hangfireId)
    {
        if (job.Step is not { } step)
        {
            transitions.RetryWaiting(unitOfWork, job);
        }
        else if (hangfireId is null
            || !unitOfWork.ChangeState(hangfireId, new EnqueuedState { Reason = "Its owner retries the job." }, FailedState.StateName))
        {
            // The background job is gone, or was deleted in the dashboard, and those that waited for it with it.
            unitOfWork.BuildChain(job, first: step);
            transitions.Retry(unitOfWork, job.Id, CurrentStep(unitOfWork, job.Id)!);
        }
    }

    /// <summary>The background job that the job's current step has; null when it has no chain.</summary>
    private static string? CurrentStep(Db db, Guid jobId) =>
        db.FindJob(jobId)?.Step is { } step ? db.FindStep(jobId, step)?.HangfireId : null;

    private static string? WhyNot(Db db, Job job) => job switch
    {
        { Status: not JobStatus.Failed } => $"Job {job.Id:D} is {job.Status.Word()}: only a FAILED job can be retried.",
        { Trash.State: TrashState.Removing or TrashState.Removed } => $"The files of job {job.Id:D} are gone; make a new job of its params.",
        { Step: null } when db.HopelessDependencies(job.Id) is { Count: > 0 } needed =>
            $"Job {job.Id:D} needs {string.Join(", and ", needed.Select(Fate))}: see to that first.",
        _ => null,
    };

    private static string Fate(Job needed) =>
        $"job {needed.Id:D}, {(needed.Status == JobStatus.Succeeded ? "whose files are gone" : $"which is {needed.Status.Word()}")}";
}
