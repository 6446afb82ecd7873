namespace VideoExpress.Web.Gateway;

/// <summary>
/// Once a second: ends requests whose execution time-out or time to live is over (workers ignore the policy), and gives up workers that
/// have been silent too long.
/// </summary>
internal sealed partial class Deadlines(
    OverdueRequests overdue, LostRequests lost, Workers workers, TimeProvider time, ILogger<Deadlines> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            // At once, too: the last process may have left requests behind.
            do
            {
                await EnforceAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task EnforceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await overdue.EndAsync(cancellationToken);
            await lost.WatchOwnersAsync(cancellationToken);
            foreach (var worker in workers.Silent)
            {
                await lost.WorkerGoneAsync(worker.Id, mayComeBack: true, cancellationToken);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e);
        }
    }

    [LoggerMessage(LogLevel.Error, "Deadlines of GPU requests could not be enforced; tried again in a second")]
    private partial void LogFailed(Exception exception);
}
