using System.ComponentModel;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Keeps one local worker running: started when the server listens, started again when it ends (after 1 s, doubled up to a minute, from
/// the beginning once it ran for a minute), ended with the host.
/// </summary>
internal sealed partial class LocalWorker(
    WorkerLauncher launcher, LocalWorkerState state, LostRequests lost, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<LocalWorker> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // From the first sign of shutdown on: later the server no longer listens, and the worker would ask it without a pause.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await StartedAsync(end.Token);
            await KeepRunningAsync(end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task KeepRunningAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            var begun = time.GetTimestamp();
            var id = LocalWorkerState.NewId();
            var (process, problem) = launcher.Prepare(id);
            if (process is null)
            {
                state.Problem = problem;
                LogCannotStart(problem!);
                return;
            }

            using (process)
            {
                await RunAsync(id, process, cancellationToken);
            }

            if (time.GetElapsedTime(begun) >= LongestPause)
            {
                pause = FirstPause;
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task RunAsync(string id, WorkerProcess process, CancellationToken cancellationToken)
    {
        state.CurrentId = id;
        try
        {
            LogEnded(id, await process.RunAsync(cancellationToken));
        }
        catch (Win32Exception e)
        {
            LogNotStarted(e);
        }

        // Ended with the host, it leaves its request to the next start of the host: that is no fault of the request.
        cancellationToken.ThrowIfCancellationRequested();
        await lost.WorkerGoneAsync(id, mayComeBack: false, cancellationToken);
        state.CurrentId = null;
        state.Problem = "The local worker has ended; its lines in the log say why. It is started again.";
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "{Problem}")]
    private partial void LogCannotStart(string problem);

    [LoggerMessage(LogLevel.Error, "The local worker's process could not be started")]
    private partial void LogNotStarted(Exception exception);

    [LoggerMessage(LogLevel.Information, "Local worker {WorkerId} ended with exit code {ExitCode}")]
    private partial void LogEnded(string workerId, int exitCode);
}
