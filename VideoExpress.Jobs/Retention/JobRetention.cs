using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>Where the owner of a job says how long it is to stay, and asks what would go by itself.</summary>
internal sealed class JobRetention(SQLiteStorage storage, JobTransitions transitions, RetentionSettings settings, TimeProvider time)
{
    /// <summary>Keeps a job, and all that it uses, for ever.</summary>
    /// <returns>Null when there is no job of that id.</returns>
    public ChangeResult<Job>? Pin(Guid jobId) => Change(
        jobId,
        unitOfWork => transitions.Pin(unitOfWork, jobId),
        (_, job) => job.Trash is null ? null : $"Job {jobId:D} is in the trash: restore it first.");

    /// <summary>Keeps a job as long as others.</summary>
    /// <inheritdoc cref="Pin" path="/returns"/>
    public ChangeResult<Job>? Unpin(Guid jobId) => Change(jobId, unitOfWork => transitions.Unpin(unitOfWork, jobId), (_, _) => null);

    /// <summary>Puts a job into the trash. Its files go when <see cref="RetentionSettings.TrashTime"/> is over.</summary>
    /// <inheritdoc cref="Pin" path="/returns"/>
    public ChangeResult<Job>? Delete(Guid jobId) =>
        Change(jobId, unitOfWork => transitions.MoveToTrash(unitOfWork, jobId, TrashReason.Deleted), WhyNotDeleted);

    /// <summary>Brings a job back from the trash, and what it uses with it.</summary>
    /// <inheritdoc cref="Pin" path="/returns"/>
    public ChangeResult<Job>? Restore(Guid jobId) => Change(
        jobId,
        unitOfWork => transitions.Restore(unitOfWork, jobId),
        (_, job) => job.Trash is null ? null : $"The files of job {jobId:D} are gone; it cannot be restored.");

    /// <summary>What the next pass of the cleanup would do if it ran now.</summary>
    public RetentionPlan Plan() => storage.Read(connection => Plan(connection, settings, time.GetUtcNow()));

    /// <summary>The same by a given clock.</summary>
    public static RetentionPlan Plan(Db db, RetentionSettings settings, DateTimeOffset now)
    {
        var (trash, keptBytes) = RetentionPlanner.Plan(db.Holdings(), db.Uses(), settings, now);
        var trashed = db.Trashed();
        return new RetentionPlan(trash, Due(trashed, settings, now), keptBytes, trashed.Sum(item => item.Bytes));
    }

    /// <summary>What of the trash is to be removed now, or has begun to be.</summary>
    public static List<TrashedHolding> Due(List<TrashedHolding> trashed, RetentionSettings settings, DateTimeOffset now) =>
        trashed.FindAll(item => item.Trash.State == TrashState.Removing || item.Trash.At + settings.TrashTime <= now);

    private static string? WhyNotDeleted(Db db, Job job) => job switch
    {
        { Trash: not null } => null,
        { Status: JobStatus.Queued or JobStatus.Running } => $"Job {job.Id:D} is {job.Status.Word()}: cancel it first.",
        { Phase: not null } => $"Job {job.Id:D} is still being cancelled at the GPU's provider; try again in a moment.",
        { Pinned: true } => $"Job {job.Id:D} is pinned: take the pin off first (DELETE /jobs/{job.Id:D}/pin).",
        _ when db.NameKeptUsers(job.Id) is { } users => $"Job {job.Id:D} is used by {users}: delete those first.",
        _ => null,
    };

    private ChangeResult<Job>? Change(Guid jobId, Func<SQLiteUnitOfWork, bool> change, Func<Db, Job, string?> whyNot) =>
        storage.Change(db => db.FindJob(jobId), change, whyNot);
}
