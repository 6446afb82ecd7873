using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>The client's side of <c>gpu_requests</c>: submit, look, cancel, count.</summary>
internal sealed class GpuRequests(SQLiteStorage storage, TimeProvider time, Workers workers)
{
    /// <summary>Keeps a new request, or finds the one that its attempt has already.</summary>
    public RequestAnswer Submit(RunRequest request)
    {
        using var work = storage.BeginUnitOfWork();
        if (request.AttemptId is { } attemptId && work.Connection.QuerySingleOrDefault<RequestAnswer>(
            "select id as Id, status as Status from gpu_requests where attempt_id = @attemptId", new { attemptId },
            work.Transaction) is { } known)
        {
            return known;
        }

        var id = $"{Guid.CreateVersion7(time.GetUtcNow())}-u1";
        var now = time.NowMicros();
        work.Connection.Execute(
            """
            insert into gpu_requests (id, attempt_id, status, input, execution_timeout, created_at, expires_at, queued_at)
            values (@id, @AttemptId, @InQueue, @Input, @executionTimeout, @now, @expiresAt, @now)
            """,
            new
            {
                id,
                request.AttemptId,
                RunPodStates.InQueue,
                request.Input,
                executionTimeout = Micros.From(request.ExecutionTimeout),
                now,
                expiresAt = now + Micros.From(request.TimeToLive),
            },
            work.Transaction);
        work.OnCommitted(workers.WorkArrived.Raise);
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
        work.Connection.Execute(
            $"""
            update gpu_requests
            set status = '{RunPodStates.Cancelled}', finished_at = @now, progress = null, progress_seq = null,
                taken_at = iif(status = '{RunPodStates.InProgress}', taken_at, null)
            where id = @id and status in ('{RunPodStates.InQueue}', '{RunPodStates.InProgress}')
            """,
            new { id, now = time.NowMicros() },
            work.Transaction);
        var request = work.Connection.QuerySingleOrDefault<GatewayRequest>(
            $"select {GatewayRequest.Columns} from gpu_requests where id = @id", new { id }, work.Transaction);
        if (request is { Status: RunPodStates.Cancelled })
        {
            work.OnCommitted(() => workers.Stop(request.WorkerId, id));
        }

        work.Commit();
        return request;
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
}
