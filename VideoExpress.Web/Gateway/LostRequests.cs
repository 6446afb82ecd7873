using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Brings back requests whose worker lost them: the same id waits again, <c>retries</c> one higher, no new charge. A worker that finds its
/// attempt's result in the store returns it without working again.
/// </summary>
internal sealed partial class LostRequests(
    SQLiteStorage storage, TimeProvider time, Workers workers, LocalWorkerState local, ILogger<LostRequests> log)
{
    /// <summary>A request that cost so many workers their lives fails, or it would go on killing them.</summary>
    private const int MaxLosses = 3;

    /// <summary>A ping that began sooner after the hand-out than this may not know of it yet.</summary>
    private static readonly TimeSpan HandOutGrace = TimeSpan.FromSeconds(5);

    /// <summary>Compares what a ping listed with what the worker was given.</summary>
    public void Compare(Worker worker, IReadOnlySet<string> listed)
    {
        var open = Open(worker.Id);
        var settled = time.NowMicros() - Micros.From(HandOutGrace);
        var lost = open
            .Where(request => request.TakenAt < settled && worker.IsLost(request.Id, listed.Contains(request.Id)))
            .Select(request => request.Id)
            .ToList();
        if (lost.Count > 0)
        {
            Requeue(worker.Id, lost, isLoss: true, mayComeBack: true);
        }

        var others = listed.Except(open.Select(request => request.Id)).ToList();
        if (others.Count > 0)
        {
            Settle(worker, others);
        }

        worker.RepeatStops(listed);
    }

    /// <summary>All that a worker had is lost: nothing is heard of it, though it may come back, or its process has ended.</summary>
    public void WorkerGone(string workerId, bool mayComeBack)
    {
        var open = Open(workerId);
        if (open.Count > 0)
        {
            Requeue(workerId, [.. open.Select(request => request.Id)], isLoss: true, mayComeBack);
        }

        workers.Forget(workerId);
    }

    /// <summary>
    /// Sees to every request that is handed out. A supervised worker that has been replaced, as all of them are after a start of the host,
    /// is dead, which is no fault of its request; any other that is not known gets the time of three pings to show itself.
    /// </summary>
    public void WatchOwners()
    {
        var owners = storage.Read(connection => connection.Query<string>(
            $"select distinct worker_id from gpu_requests where status = '{RunPodStates.InProgress}'").ToList());
        foreach (var owner in owners)
        {
            if (local.IsOver(owner))
            {
                Requeue(owner, [.. Open(owner).Select(request => request.Id)], isLoss: false, mayComeBack: false);
            }
            else
            {
                workers.Expect(owner);
            }
        }
    }

    /// <summary>
    /// A worker lists requests that are not its own: one that we had given up is its own again if nobody else has it, one that is over or
    /// another's is stopped. What we do not know at all is left alone; its result is in the store.
    /// </summary>
    private void Settle(Worker worker, List<string> ids)
    {
        using var work = storage.BeginUnitOfWork();
        work.Connection.Execute(
            $"""
            update gpu_requests
            set status = '{RunPodStates.InProgress}', queued_at = taken_at, retries = retries - 1, losses = losses - 1
            where id in @ids and status = '{RunPodStates.InQueue}' and worker_id = @workerId
            """,
            new { ids, workerId = worker.Id },
            work.Transaction);
        var notIts = work.Connection.Query<string>(
            $"""
            select id from gpu_requests
            where id in @ids and not (status in ('{RunPodStates.InProgress}', '{RunPodStates.Completed}') and worker_id = @workerId)
            """,
            new { ids, workerId = worker.Id },
            work.Transaction).ToList();
        work.Commit();
        notIts.ForEach(worker.RequestStop);
    }

    private List<(string Id, long TakenAt)> Open(string workerId) => storage.Read(connection => connection.Query<(string, long)>(
        $"select id, taken_at from gpu_requests where status = '{RunPodStates.InProgress}' and worker_id = @workerId",
        new { workerId }).ToList());

    private void Requeue(string workerId, IReadOnlyList<string> ids, bool isLoss, bool mayComeBack)
    {
        using var work = storage.BeginUnitOfWork();
        var rows = work.Connection.Query<(string Id, long Losses, long Retries)>(
            $"""
            select id, losses + @loss, retries from gpu_requests
            where id in @ids and status = '{RunPodStates.InProgress}' and worker_id = @workerId
            """,
            new { ids, workerId, loss = isLoss ? 1 : 0 },
            work.Transaction).ToList();
        foreach (var (id, losses, retries) in rows)
        {
            var isOver = losses >= MaxLosses;
            work.Connection.Execute(
                """
                update gpu_requests
                set status = @status, losses = @losses, retries = @retries, error = @error, queued_at = @now,
                    finished_at = iif(@isOver, @now, null), worker_id = iif(@keepsOwner, worker_id, null),
                    progress = null, progress_seq = null
                where id = @id
                """,
                new
                {
                    id,
                    isOver,
                    keepsOwner = isOver || mayComeBack,
                    losses,
                    status = isOver ? RunPodStates.Failed : RunPodStates.InQueue,
                    retries = isOver ? retries : retries + 1,
                    error = isOver ? RunPodStates.WorkersLost((int)retries) : null,
                    now = time.NowMicros(),
                },
                work.Transaction);
            LogLost(id, workerId, isOver ? "given up" : "queued again");
        }

        work.OnCommitted(workers.WorkArrived.Raise);
        work.Commit();
    }

    [LoggerMessage(LogLevel.Warning, "Request {RequestId} was lost by worker {WorkerId} and is {Fate}")]
    private partial void LogLost(string requestId, string workerId, string fate);
}
