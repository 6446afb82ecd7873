using VideoExpress.Jobs;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Endpoints.Health;

/// <summary>What the GPU endpoint last said of itself: asked at most every ten seconds, in the background, and never waited for.</summary>
/// <remarks>The first look is taken as soon as the server listens, so that it knows when somebody asks.</remarks>
internal sealed class GpuConnection(GpuEndpoints endpoints, TimeProvider time, IHostApplicationLifetime lifetime) : IHostedService
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private Task _look = Task.CompletedTask;
    private long _lookedAt;

    private volatile GpuHealth? _health;

    /// <summary>True when it answered the last time it was asked.</summary>
    public bool IsConnected
    {
        get
        {
            Refresh();
            return _health is not null;
        }
    }

    /// <summary>What keeps it from working, if it said so.</summary>
    public string? Problem => _health?.Problem;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Refresh);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => _look;

    private void Refresh()
    {
        lock (_gate)
        {
            if (_look.IsCompleted && (_lookedAt == 0 || time.GetElapsedTime(_lookedAt) > FreshFor))
            {
                _lookedAt = time.GetTimestamp();
                _look = Task.Run(LookAsync);
            }
        }
    }

    private async Task LookAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        deadline.CancelAfter(Patience);
        try
        {
            var endpoint = endpoints.NameFor(endpoints.HasProvider ? JobQuality.Final : JobQuality.Draft);
            _health = await endpoints.Client(endpoint).GetHealthAsync(deadline.Token);
        }
        catch (Exception error) when (error is GpuException or OperationCanceledException)
        {
            _health = null;
        }
    }
}
