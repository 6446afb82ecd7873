using Dapper;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Once a second: ends requests whose execution time-out or time to live is over (workers ignore the policy), and gives up workers that
/// have been silent too long.
/// </summary>
internal sealed partial class Deadlines(
    SQLiteStorage storage, TimeProvider time, Workers workers, LostRequests lost, ILogger<Deadlines> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a request that expired in the queue can still be looked at: as long as RunPod keeps results.</summary>
    private static readonly TimeSpan Afterlife = TimeSpan.FromMinutes(30);

    private const string Overdue = $"status = '{RunPodStates.InProgress}' and taken_at + execution_timeout <= @now";
    private const string Expired = "expires_at <= @now";

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Enforce();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Enforce()
    {
        try
        {
            lost.WatchOwners();
            foreach (var worker in workers.Silent)
            {
                lost.WorkerGone(worker.Id, mayComeBack: true);
            }

            var now = time.NowMicros();
            if (storage.Read(connection => connection.ExecuteScalar<bool>(
                $"select exists (select 1 from gpu_requests where {Overdue}) or exists (select 1 from gpu_requests where {Expired})",
                new { now })))
            {
                EndAll(now);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e);
        }
    }

    private void EndAll(long now)
    {
        using var work = storage.BeginUnitOfWork();
        var toStop = work.Connection.Query<(string Id, string? WorkerId)>(
            $"select id, worker_id from gpu_requests where status = '{RunPodStates.InProgress}' and ({Overdue} or {Expired})",
            new { now }, work.Transaction).ToList();
        work.Connection.Execute(
            $"""
            update gpu_requests
            set status = '{RunPodStates.Failed}', error = '{RunPodStates.ExecutionTimeoutExceeded}', finished_at = @now,
                progress = null, progress_seq = null
            where {Overdue};

            delete from gpu_requests where status <> '{RunPodStates.InQueue}' and {Expired};

            update gpu_requests
            set status = '{RunPodStates.TimedOut}', finished_at = @now, expires_at = @now + @afterlife, taken_at = null
            where status = '{RunPodStates.InQueue}' and {Expired};
            """,
            new { now, afterlife = Micros.From(Afterlife) },
            work.Transaction);
        work.Commit();
        foreach (var (id, workerId) in toStop)
        {
            workers.Stop(workerId, id);
        }
    }

    [LoggerMessage(LogLevel.Error, "Deadlines of GPU requests could not be enforced; tried again in a second")]
    private partial void LogFailed(Exception exception);
}
