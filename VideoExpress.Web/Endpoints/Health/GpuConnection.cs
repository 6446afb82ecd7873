using VideoExpress.Jobs;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Endpoints.Health;

/// <summary>
/// What the GPU endpoint last said of itself. It is asked in the background, from the moment the server listens, five seconds after each answer,
/// and has five seconds for one: so what is told is at most ten seconds old, and nobody ever waits for it.
/// </summary>
internal sealed class GpuConnection(GpuEndpoints endpoints, TimeProvider time, IHostApplicationLifetime lifetime) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile Look _last = new(false, null);

    /// <summary>True when it answered the last time it was asked.</summary>
    public bool IsConnected => _last.IsConnected;

    /// <summary>What keeps it from working, if it or its silence said so.</summary>
    public string? Problem => _last.Problem;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ListeningAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            _last = await LookAsync(stoppingToken);
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Our own gateway has no address before.</summary>
    private async Task ListeningAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var start = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await using var stop = stoppingToken.Register(() => started.TrySetResult());
        await started.Task;
    }

    private async Task<Look> LookAsync(CancellationToken stoppingToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stoppingToken);
        try
        {
            var endpoint = endpoints.NameFor(endpoints.HasProvider ? JobQuality.Final : JobQuality.Draft);
            return new Look(true, (await endpoints.Client(endpoint).GetHealthAsync(deadline.Token)).Problem);
        }
        catch (GpuException error)
        {
            return new Look(false, error.Message);
        }
        catch (OperationCanceledException)
        {
            return new Look(false, "The GPU provider did not answer in time.");
        }
    }

    private sealed record Look(bool IsConnected, string? Problem);
}
