using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>The worker's side of <c>gpu_requests</c>: take, give back, report.</summary>
internal sealed class HandOuts(SQLiteStorage storage, TimeProvider time, Workers workers)
{
    /// <summary>
    /// Marks the oldest waiting requests as this worker's; null when none waits. The mark is committed before the worker hears of them, so
    /// no two workers ever get the same one.
    /// </summary>
    public IReadOnlyList<TakenJob>? Take(string workerId, int limit)
    {
        // A waiting worker looks often; only one that sees work takes the write lock.
        if (!storage.Read(connection => connection.ExecuteScalar<bool>(
            $"select exists (select 1 from gpu_requests where status = '{RunPodStates.InQueue}')")))
        {
            return null;
        }

        using var work = storage.BeginUnitOfWork();
        var rows = work.Connection.Query<(string Id, string Input)>(
            $"select id, input from gpu_requests where status = '{RunPodStates.InQueue}' order by rowid limit @limit",
            new { limit }, work.Transaction).ToList();
        if (rows.Count == 0)
        {
            return null;
        }

        work.Connection.Execute(
            $"""
            update gpu_requests
            set status = '{RunPodStates.InProgress}', worker_id = @workerId, taken_at = @now, progress = null, progress_seq = null
            where id in @ids
            """,
            new { workerId, now = time.NowMicros(), ids = rows.Select(row => row.Id) },
            work.Transaction);
        work.Commit();
        Failpoint.Reach(FailpointNames.GatewayHandedOut);
        return [.. rows.Select(row => new TakenJob(row.Id, new JsonText(row.Input)))];
    }

    /// <summary>The worker never heard of these: they wait again as if they had not been taken.</summary>
    public void PutBack(string workerId, IEnumerable<TakenJob> jobs)
    {
        using var work = storage.BeginUnitOfWork();
        work.Connection.Execute(
            $"""
            update gpu_requests set status = '{RunPodStates.InQueue}', worker_id = null, taken_at = null
            where id in @ids and status = '{RunPodStates.InProgress}' and worker_id = @workerId
            """,
            new { workerId, ids = jobs.Select(job => job.Id) },
            work.Transaction);
        work.OnCommitted(workers.WorkArrived.Raise);
        work.Commit();
    }

    /// <summary>Commits a report. What comes too late, or is of no request that we know, changes nothing.</summary>
    public void Report(string workerId, string requestId, WorkerReport report)
    {
        using var work = storage.BeginUnitOfWork();
        var owner = work.Connection.QuerySingleOrDefault<(string Status, string? WorkerId)>(
            "select status, worker_id from gpu_requests where id = @requestId", new { requestId }, work.Transaction);
        var isOwner = owner.Status == RunPodStates.InProgress && owner.WorkerId == workerId;
        switch (report)
        {
            case WorkerReport.Progress progress when isOwner:
                work.Connection.Execute(
                    """
                    update gpu_requests set progress = @Output, progress_seq = coalesce(@Seq, progress_seq)
                    where id = @requestId and (@Seq is null or progress_seq is null or @Seq > progress_seq)
                    """,
                    new { requestId, progress.Output, progress.Seq },
                    work.Transaction);
                break;

            // A finished result was paid for and is taken from a worker that we had given up, too; its failure is not.
            case WorkerReport.Result { Error: null } result when isOwner || owner.Status is RunPodStates.InQueue or RunPodStates.InProgress:
                Finish(work, requestId, workerId, result);
                if (!isOwner)
                {
                    work.OnCommitted(() => workers.Stop(owner.WorkerId, requestId));
                }

                break;

            case WorkerReport.Result result when isOwner:
                Finish(work, requestId, workerId, result);
                break;

            default:
                return;
        }

        work.Commit();
        Failpoint.Reach(FailpointNames.GatewayReported);
    }

    private void Finish(SQLiteUnitOfWork work, string requestId, string workerId, WorkerReport.Result result) =>
        work.Connection.Execute(
            """
            update gpu_requests
            set status = @status, output = @Output, error = @Error, worker_id = @workerId, finished_at = @now,
                progress = null, progress_seq = null
            where id = @requestId
            """,
            new
            {
                requestId,
                workerId,
                status = result.Error is null ? RunPodStates.Completed : RunPodStates.Failed,
                result.Output,
                result.Error,
                now = time.NowMicros(),
            },
            work.Transaction);
}
