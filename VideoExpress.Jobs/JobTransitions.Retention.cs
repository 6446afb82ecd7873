using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs;

/// <content>How long a job's files stay: pinned, in the trash, gone. None of it touches <c>status</c>.</content>
internal sealed partial class JobTransitions
{
    /// <summary>Its owner keeps it, and what it uses, for ever. Not from the trash.</summary>
    public bool Pin(SQLiteUnitOfWork unitOfWork, Guid jobId) =>
        Change(unitOfWork, jobId, "pinned", "pinned = 1", "pinned = 0 and retention is null");

    /// <summary>It is kept as long as others.</summary>
    public bool Unpin(SQLiteUnitOfWork unitOfWork, Guid jobId) => Change(unitOfWork, jobId, "unpinned", "pinned = 0", "pinned = 1");

    /// <summary>
    /// Into the trash: only what is over and settled, not pinned, and used by no job that is kept. Looked at in the very transaction that
    /// writes, so that no job accepted meanwhile loses what it builds on.
    /// </summary>
    public bool MoveToTrash(SQLiteUnitOfWork unitOfWork, Guid jobId, string reason)
    {
        var moved = Change(
            unitOfWork, jobId, "trashed",
            "retention = 'trashed', trashed_at = @now, trash_reason = @reason",
            $"""
            status in ('SUCCEEDED', 'FAILED', 'CANCELED') and phase is null and retention is null and pinned = 0
            and not exists ({RetentionTable.KeptUsers})
            """,
            new() { ["reason"] = reason });
        if (moved)
        {
            unitOfWork.CancelStrays(jobId);
        }

        return moved;
    }

    /// <summary>Out of the trash, and what it uses with it; its age begins anew.</summary>
    public bool Restore(SQLiteUnitOfWork unitOfWork, Guid jobId)
    {
        if (!RestoreAlone(unitOfWork, jobId))
        {
            return false;
        }

        Db db = unitOfWork;
        var restored = new Queue<Guid>([jobId]);
        while (restored.TryDequeue(out var user))
        {
            foreach (var used in db.UsedBy(user))
            {
                if (RestoreAlone(unitOfWork, used))
                {
                    restored.Enqueue(used);
                }
                else
                {
                    db.RestoreAsset(used, time.NowMicros());
                }
            }
        }

        return true;
    }

    /// <summary>
    /// What was put into the trash by a clock that was ahead has its day from now on, and not from a time to come. The row alone: nothing
    /// happens to the job.
    /// </summary>
    public void DateTrash(SQLiteUnitOfWork unitOfWork) => ((Db)unitOfWork).Execute(
        """
        update jobs set trashed_at = @now where retention = 'trashed' and trashed_at > @now;
        update assets set trashed_at = @now where retention = 'trashed' and trashed_at > @now
        """,
        new { now = time.NowMicros() });

    /// <summary>Its time in the trash is over, and that of all that uses it: from here on there is no way back.</summary>
    /// <exception cref="Hangfire.Storage.DistributedLockTimeoutException">Somebody is at a step of it at this moment.</exception>
    public bool BeginRemoval(SQLiteUnitOfWork unitOfWork, Guid jobId, DateTimeOffset trashedBefore)
    {
        var begun = Change(
            unitOfWork, jobId, "removing", "retention = 'removing'",
            $"retention = 'trashed' and trashed_at <= @before and not exists ({RetentionTable.RestorableUsers})",
            new() { ["before"] = Micros.From(trashedBefore) });
        if (begun)
        {
            unitOfWork.DeleteChain(jobId, "The job was removed."); // a failed step waits for a retry that can no longer come
        }

        return begun;
    }

    /// <summary>Its files are gone; the row stays as history.</summary>
    public bool EndRemoval(SQLiteUnitOfWork unitOfWork, Guid jobId)
    {
        var ended = Change(unitOfWork, jobId, "removed", "retention = 'removed', output_urls = null", "retention = 'removing'");
        if (ended)
        {
            ((Db)unitOfWork).DeleteOutputs(jobId);
            ((Db)unitOfWork).ForgetResults(jobId);
            ((Db)unitOfWork).ForgetWebhooks(jobId);
        }

        return ended;
    }

    /// <summary>
    /// A file of it is missing or damaged in the store: its owner is told by a warning, and no URL of it is handed out; with null it is whole
    /// again. The warnings follow the rows, whatever was said before.
    /// </summary>
    public void MarkFile(SQLiteUnitOfWork unitOfWork, Guid jobId, StoreKey key, FileFault? fault)
    {
        Db db = unitOfWork;
        if (!db.MarkOutput(jobId, key, fault) || db.FindJob(jobId) is not { } job)
        {
            return;
        }

        var files = db.FaultsOf(jobId);
        var warnings = job.Warnings
            .Except(files.SelectMany(file => new[] { GoneWarning(file.Name), DamagedWarning(file.Name) }))
            .Union(files.Where(file => file.Fault is not null).Select(file =>
                file.Fault == FileFault.Missing.Word() ? GoneWarning(file.Name) : DamagedWarning(file.Name)));
        Change(unitOfWork, jobId, $"file_{FileFaults.Event(fault)}", "warnings = @warnings", "true", new() { ["warnings"] = Json(warnings) });
    }

    private bool RestoreAlone(SQLiteUnitOfWork unitOfWork, Guid jobId) => Change(
        unitOfWork, jobId, "restored",
        "retention = null, trashed_at = null, trash_reason = null, restored_at = @now",
        "retention = 'trashed'");

    private static string GoneWarning(string file) => $"The file \"{file}\" is gone from the store.";

    private static string DamagedWarning(string file) => $"The file \"{file}\" is damaged in the store.";
}
