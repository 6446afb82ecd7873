using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>The worker's side of <c>gpu_requests</c>: take, give back, report.</summary>
internal sealed class HandOuts(SQLiteStorage storage, TimeProvider time, Workers workers, GatewaySignals signals)
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
        var rows = work.Connection.Query<(string Id, string Input, string? S3Config)>(
            $"select id, input, s3_config from gpu_requests where status = '{RunPodStates.InQueue}' order by rowid limit @limit",
            new { limit }, work.Transaction).ToList();
        if (rows.Count == 0)
        {
            return null;
        }

        work.Connection.Execute(
            $"""
            update gpu_requests
            set status = '{RunPodStates.InProgress}', worker_id = @workerId, taken_at = @now, progress = null, progress_seq = null,
                streamed = 0
            where id in @ids;

            delete from gpu_chunks where request_id in @ids;
            """,
            new { workerId, now = time.NowMicros(), ids = rows.Select(row => row.Id) },
            work.Transaction);
        work.Commit();
        Failpoint.Reach(FailpointNames.GatewayHandedOut);
        return [.. rows.Select(row => new TakenJob(row.Id, new JsonText(row.Input), row.S3Config is { } config ? new JsonText(config) : null))];
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
        work.OnCommitted(signals.WorkArrived.Raise);
        work.Commit();
    }

    /// <summary>
    /// Keeps a chunk of a handler that yields, behind those that came before. One of a request that is over, or another worker's, is too late.
    /// </summary>
    public void AddChunk(string workerId, string requestId, string output)
    {
        using var work = storage.BeginUnitOfWork();
        work.Connection.Execute(
            $"""
            insert into gpu_chunks (request_id, number, output)
            select id, 1 + coalesce((select max(number) from gpu_chunks where request_id = id), 0), @output
            from gpu_requests where id = @requestId and status = '{RunPodStates.InProgress}' and worker_id = @workerId
            """,
            new { requestId, workerId, output },
            work.Transaction);
        work.OnCommitted(signals.RequestMoved.Raise);
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

    private void Finish(SQLiteUnitOfWork work, string requestId, string workerId, WorkerReport.Result result)
    {
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
        work.OnCommitted(signals.RequestMoved.Raise);
    }
}
