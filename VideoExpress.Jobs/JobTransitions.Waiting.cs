using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs;

/// <content>Jobs that wait for others: a row without a chain, until the last of them succeeds or one will not.</content>
internal sealed partial class JobTransitions
{
    private const string WaitingGuard = "status = 'QUEUED' and step is null";

    /// <summary>Nobody saw the end of what it waits for: builds its chain, or fails it, when that is over. QUEUED without a chain only.</summary>
    public bool BuildOrFailWaiting(SQLiteUnitOfWork unitOfWork, Job job)
    {
        if (((Db)unitOfWork).FailedDependency(job.Id) is { } failed)
        {
            return FailWaiting(unitOfWork, job.Id, Needs(failed, failed.Status == JobStatus.Canceled ? "was cancelled" : $"failed: {failed.Error}"));
        }

        return BuildWhenReady(unitOfWork, job);
    }

    /// <summary>What it waited for will not come: QUEUED without a chain → FAILED.</summary>
    public bool FailWaiting(SQLiteUnitOfWork unitOfWork, Guid jobId, string error) =>
        Fail(unitOfWork, jobId, error, WaitingGuard, null);

    /// <summary>
    /// What it needs has come, and its chain is built, or may yet come: FAILED without a chain → QUEUED, out of the trash if it is there.
    /// </summary>
    public bool RetryWaiting(SQLiteUnitOfWork unitOfWork, Job job)
    {
        Restore(unitOfWork, job.Id);
        var changed = Change(
            unitOfWork, job.Id, "retried",
            "status = 'QUEUED', phase = @phase, error = null, finished_at = null",
            "status = 'FAILED' and step is null and retention is null",
            new() { ["phase"] = JobPhase.Waiting });
        if (changed)
        {
            BuildWhenReady(unitOfWork, job);
        }

        return changed;
    }

    /// <summary>Fails what waits for <paramref name="jobId"/>, and what waits for that, by name and with the one cause.</summary>
    private void FailDependents(SQLiteUnitOfWork unitOfWork, Guid jobId, string fate)
    {
        Db db = unitOfWork;
        var root = db.FindJob(jobId)!;
        var because = $"the {root.Type} job {root.Id:D} {fate}";
        var ended = new Queue<Job>([root]);
        while (ended.TryDequeue(out var job))
        {
            foreach (var dependent in db.DependentsOf(job.Id))
            {
                var sentence = job == root ? Needs(root, fate) : Needs(job, $"failed because {because}");
                if (FailAlone(unitOfWork, dependent.Id, sentence, WaitingGuard, null))
                {
                    ended.Enqueue(dependent);
                }
            }
        }
    }

    private static string Needs(Job dependency, string fate) => $"It needs the {dependency.Type} job {dependency.Id:D}, which {fate}";

    private bool BuildWhenReady(SQLiteUnitOfWork unitOfWork, Job job)
    {
        if (((Db)unitOfWork).OpenDependencies(job.Id) > 0)
        {
            return false;
        }

        unitOfWork.BuildChain(job);
        return Change(unitOfWork, job.Id, "chained", "step = 0", "status = 'QUEUED' and step is null");
    }
}
