using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Ends requests whose time is over, with RunPod's words. The execution time-out is also what ends a request whose worker has died while its
/// ping process goes on for ever, so its result may be in the store, and then ends it.
/// </summary>
internal sealed class OverdueRequests(
    SQLiteStorage storage, StoredResults results, Workers workers, GatewaySignals signals, TimeProvider time)
{
    /// <summary>How long a request that expired in the queue can still be looked at: as long as RunPod keeps results.</summary>
    private static readonly TimeSpan Afterlife = TimeSpan.FromMinutes(30);

    private const string Overdue = $"status = '{RunPodStates.InProgress}' and taken_at + execution_timeout <= @now";
    private const string Expired = "expires_at <= @now";

    // A request whose end is still to be told of is kept until it is.
    private const string Forgettable =
        $"status <> '{RunPodStates.InQueue}' and {Expired} and (webhook_tries_left = 0 or finished_at is null)";

    /// <summary>Ends all whose time is over now.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        var now = time.NowMicros();
        var overdue = storage.Read(connection => connection.Query<HandOut>(
            $"select {HandOut.Columns} from gpu_requests where {Overdue}", new { now }).ToList());
        await Task.WhenAll(overdue.Select(handOut => results.AdoptAsync(handOut, cancellationToken)));
        if (storage.Read(connection => connection.ExecuteScalar<bool>(
            $"select exists (select 1 from gpu_requests where {Overdue}) or exists (select 1 from gpu_requests where {Expired})",
            new { now })))
        {
            EndAll(now);
        }
    }

    private void EndAll(long now)
    {
        using var work = storage.BeginUnitOfWork();
        var toStop = work.Connection.Query<HandOut>(
            $"select {HandOut.Columns} from gpu_requests where status = '{RunPodStates.InProgress}' and ({Overdue} or {Expired})",
            new { now }, work.Transaction).ToList();
        work.Connection.Execute(
            $"""
            update gpu_requests
            set status = '{RunPodStates.Failed}', error = '{RunPodStates.ExecutionTimeoutExceeded}', finished_at = @now,
                progress = null, progress_seq = null
            where {Overdue};

            delete from gpu_requests where {Forgettable};

            update gpu_requests
            set status = '{RunPodStates.TimedOut}', finished_at = @now, expires_at = @now + @afterlife, taken_at = null
            where status = '{RunPodStates.InQueue}' and {Expired};
            """,
            new { now, afterlife = Micros.From(Afterlife) },
            work.Transaction);
        work.OnCommitted(() =>
        {
            toStop.ForEach(handOut => workers.Stop(handOut.WorkerId, handOut.RequestId));
            signals.RequestMoved.Raise();
        });
        work.Commit();
    }
}
