using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Brings back requests whose worker lost them: the same id waits again, <c>retries</c> one higher, no new charge, unless the store has the
/// result. While the store does not answer, a request stays where it is: work that may be done is not begun again.
/// </summary>
internal sealed partial class LostRequests(
    SQLiteStorage storage, TimeProvider time, Workers workers, GatewaySignals signals, StoredResults results, LocalWorkerState local,
    ILogger<LostRequests> log)
{
    /// <summary>A request that cost so many workers their lives fails, or it would go on killing them.</summary>
    private const int MaxLosses = 3;

    /// <summary>A ping that began sooner after the hand-out than this may not know of it yet.</summary>
    private static readonly TimeSpan HandOutGrace = TimeSpan.FromSeconds(5);

    /// <summary>Compares what a ping listed with what the worker was given.</summary>
    public async Task CompareAsync(Worker worker, IReadOnlySet<string> listed, CancellationToken cancellationToken)
    {
        var open = Open(worker.Id);
        var others = listed.Except(open.Select(handOut => handOut.RequestId)).ToList();
        if (others.Count > 0)
        {
            Settle(worker, others);
        }

        worker.RepeatStops(listed);

        var settled = time.NowMicros() - Micros.From(HandOutGrace);
        var lost = open
            .Where(handOut => handOut.TakenAt < settled && worker.IsLost(handOut.RequestId, listed.Contains(handOut.RequestId)))
            .ToList();
        await GiveUpAsync(lost, isLoss: true, mayComeBack: true, cancellationToken);
    }

    /// <summary>All that a worker had is lost: nothing is heard of it, though it may come back, or its process has ended.</summary>
    public async Task WorkerGoneAsync(string workerId, bool mayComeBack, CancellationToken cancellationToken)
    {
        // A worker that still has something is looked at again, since the store may answer then.
        if (await GiveUpAsync(Open(workerId), isLoss: true, mayComeBack, cancellationToken))
        {
            workers.Forget(workerId);
        }
    }

    /// <summary>
    /// Sees to every request that is handed out. A supervised worker that has been replaced, as all of them are after a start of the host,
    /// is dead, which is no fault of its request; any other that is not known gets the time of three pings to show itself.
    /// </summary>
    public async Task WatchOwnersAsync(CancellationToken cancellationToken)
    {
        var owners = storage.Read(connection => connection.Query<string>(
            $"select distinct worker_id from gpu_requests where status = '{RunPodStates.InProgress}'").ToList());
        foreach (var owner in owners)
        {
            if (local.IsOver(owner))
            {
                await GiveUpAsync(Open(owner), isLoss: false, mayComeBack: false, cancellationToken);
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

    private List<HandOut> Open(string workerId) => storage.Read(connection => connection.Query<HandOut>(
        $"select {HandOut.Columns} from gpu_requests where status = '{RunPodStates.InProgress}' and worker_id = @workerId",
        new { workerId }).ToList());

    /// <summary>Looks into the store for each, and lets those wait again whose result is not there.</summary>
    /// <returns>False when the store has not told of each.</returns>
    private async Task<bool> GiveUpAsync(IReadOnlyList<HandOut> handOuts, bool isLoss, bool mayComeBack, CancellationToken cancellationToken)
    {
        var verdicts = await Task.WhenAll(handOuts.Select(handOut => results.AdoptAsync(handOut, cancellationToken)));
        foreach (var (handOut, verdict) in handOuts.Zip(verdicts))
        {
            if (verdict == StoreVerdict.NothingThere)
            {
                Requeue(handOut, isLoss, mayComeBack);
            }

            if (verdict != StoreVerdict.NoAnswer)
            {
                workers.NoLongerHas(handOut);
            }
        }

        return !verdicts.Contains(StoreVerdict.NoAnswer);
    }

    private void Requeue(HandOut handOut, bool isLoss, bool mayComeBack)
    {
        using var work = storage.BeginUnitOfWork();
        var rows = work.Connection.Query<(long Losses, long Retries)>(
            $"""
            select losses + @loss, retries from gpu_requests
            where id = @RequestId and status = '{RunPodStates.InProgress}' and worker_id = @WorkerId and taken_at = @TakenAt
            """,
            new { handOut.RequestId, handOut.WorkerId, handOut.TakenAt, loss = isLoss ? 1 : 0 },
            work.Transaction).ToList();
        if (rows is not [var (losses, retries)])
        {
            return; // Reported, cancelled or handed out again while the store was asked.
        }

        var isOver = losses >= MaxLosses;
        work.Connection.Execute(
            """
            update gpu_requests
            set status = @status, losses = @losses, retries = @retries, error = @error, queued_at = @now,
                finished_at = iif(@isOver, @now, null), worker_id = iif(@keepsOwner, worker_id, null),
                progress = null, progress_seq = null
            where id = @RequestId
            """,
            new
            {
                handOut.RequestId,
                isOver,
                keepsOwner = isOver || mayComeBack,
                losses,
                status = isOver ? RunPodStates.Failed : RunPodStates.InQueue,
                retries = isOver ? retries : retries + 1,
                error = isOver ? RunPodStates.WorkersLost((int)retries) : null,
                now = time.NowMicros(),
            },
            work.Transaction);
        work.OnCommitted(isOver ? signals.RequestMoved.Raise : signals.WorkArrived.Raise);
        work.Commit();
        LogLost(handOut.RequestId, handOut.WorkerId, isOver ? "given up" : "queued again");
    }

    [LoggerMessage(LogLevel.Warning, "Request {RequestId} was lost by worker {WorkerId} and is {Fate}")]
    private partial void LogLost(string requestId, string? workerId, string fate);
}
