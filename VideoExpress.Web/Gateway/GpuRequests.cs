using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>The client's side of <c>gpu_requests</c>: submit, look, cancel, try again, count.</summary>
internal sealed class GpuRequests(SQLiteStorage storage, TimeProvider time, Workers workers, GatewaySignals signals)
{
    /// <summary>Keeps a new request, or finds the one that its attempt has already.</summary>
    public RequestAnswer Submit(RunRequest request, string idPrefix = "")
    {
        using var work = storage.BeginUnitOfWork();
        if (request.AttemptId is { } attemptId && work.Connection.QuerySingleOrDefault<RequestAnswer>(
            "select id as Id, status as Status from gpu_requests where attempt_id = @attemptId", new { attemptId },
            work.Transaction) is { } known)
        {
            return known;
        }

        var id = $"{idPrefix}{Guid.CreateVersion7(time.GetUtcNow())}-u1";
        var now = time.NowMicros();
        var timeToLive = Micros.From(request.TimeToLive);
        work.Connection.Execute(
            """
            insert into gpu_requests (
                id, attempt_id, status, input, s3_config, execution_timeout, time_to_live, created_at, expires_at, queued_at,
                webhook, webhook_tries_left)
            values (
                @id, @AttemptId, @InQueue, @Input, @S3Config, @executionTimeout, @timeToLive, @now, @expiresAt, @now,
                @Webhook, @tries)
            """,
            new
            {
                id,
                request.AttemptId,
                RunPodStates.InQueue,
                request.Input,
                request.S3Config,
                executionTimeout = Micros.From(request.ExecutionTimeout),
                timeToLive,
                now,
                expiresAt = now + timeToLive,
                request.Webhook,
                tries = request.Webhook is null ? 0 : Webhooks.Tries,
            },
            work.Transaction);
        work.OnCommitted(signals.WorkArrived.Raise);
        work.Commit();
        Failpoint.Reach(FailpointNames.GatewayAccepted);
        return new RequestAnswer(id, RunPodStates.InQueue);
    }

    /// <summary>The request, or null when there is none of that id.</summary>
    public GatewayRequest? Find(string id) => storage.Read(connection => connection.QuerySingleOrDefault<GatewayRequest>(
        $"select {GatewayRequest.Columns} from gpu_requests where id = @id", new { id }));

    /// <summary>
    /// Cancels: a queued request is never handed out, a running one is over at once and its worker is told, one that is over stays as it
    /// is.
    /// </summary>
    /// <returns>The request as it is now, or null when there is none of that id.</returns>
    public GatewayRequest? Cancel(string id)
    {
        using var work = storage.BeginUnitOfWork();
        CancelAll(work, $"id = @id and status in ('{RunPodStates.InQueue}', '{RunPodStates.InProgress}')", id);
        var request = work.Connection.QuerySingleOrDefault<GatewayRequest>(
            $"select {GatewayRequest.Columns} from gpu_requests where id = @id", new { id }, work.Transaction);
        work.Commit();
        return request;
    }

    /// <summary>Cancels all requests that wait, those of a lost worker included.</summary>
    /// <returns>How many there were.</returns>
    public int Purge()
    {
        using var work = storage.BeginUnitOfWork();
        var removed = CancelAll(work, $"status = '{RunPodStates.InQueue}'");
        work.Commit();
        return removed;
    }

    /// <summary>A request that failed waits again, as if it had never been handed out. Its time to live begins anew.</summary>
    /// <returns>False when it is not FAILED or TIMED_OUT, null when there is none of that id.</returns>
    public bool? Retry(string id)
    {
        using var work = storage.BeginUnitOfWork();
        var waits = work.Connection.Execute(
            $"""
            update gpu_requests
            set status = '{RunPodStates.InQueue}', queued_at = @now, expires_at = @now + time_to_live, taken_at = null, finished_at = null,
                worker_id = null, retries = 0, losses = 0, progress = null, progress_seq = null, output = null, error = null,
                webhook_tries_left = iif(webhook is null, 0, {Webhooks.Tries}), webhook_at = 0
            where id = @id and status in ('{RunPodStates.Failed}', '{RunPodStates.TimedOut}')
            """,
            new { id, now = time.NowMicros() },
            work.Transaction) == 1;
        var isKnown = waits || work.Connection.ExecuteScalar<bool>(
            "select exists (select 1 from gpu_requests where id = @id)", new { id }, work.Transaction);
        work.OnCommitted(signals.WorkArrived.Raise);
        work.Commit();
        return isKnown ? waits : null;
    }

    /// <summary>How many requests there are in each status, how many hand-outs were repeated, and which workers are at work.</summary>
    public (IReadOnlyDictionary<string, int> Statuses, int Retried, IReadOnlySet<string> BusyWorkers) Count() => storage.Read(connection =>
    {
        var rows = connection.Query<(string Status, long Requests, long Retries)>(
            "select status, count(*), sum(retries) from gpu_requests group by status").ToList();
        var busy = connection.Query<string>(
            $"select distinct worker_id from gpu_requests where status = '{RunPodStates.InProgress}' and worker_id is not null");
        return ((IReadOnlyDictionary<string, int>)rows.ToDictionary(row => row.Status, row => (int)row.Requests),
            (int)rows.Sum(row => row.Retries), (IReadOnlySet<string>)busy.ToHashSet());
    });

    /// <summary>Cancels what meets a condition; workers that have or had it are told once that is committed.</summary>
    private int CancelAll(SQLiteUnitOfWork work, string condition, string? id = null)
    {
        var cancelled = work.Connection.Query<(string Id, string? WorkerId)>(
            $"""
            update gpu_requests
            set status = '{RunPodStates.Cancelled}', finished_at = @now, progress = null, progress_seq = null,
                taken_at = iif(status = '{RunPodStates.InProgress}', taken_at, null)
            where {condition}
            returning id, worker_id
            """,
            new { id, now = time.NowMicros() },
            work.Transaction).ToList();
        work.OnCommitted(() =>
        {
            cancelled.ForEach(request => workers.Stop(request.WorkerId, request.Id));
            signals.RequestMoved.Raise();
        });
        return cancelled.Count;
    }
}
