using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

public sealed class DeadlineTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private GatewayHost _host = null!;
    private RunPodClient _client = null!;
    private HttpWorker _worker = null!;

    public async Task InitializeAsync()
    {
        // Nobody misses a ping here, however far the clock is moved.
        _host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { PingInterval = TimeSpan.FromDays(10) }, _time);
        _client = _host.Client();
        _worker = _host.Worker("w1");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Request_FailsAsAtRunPod_WhenItsExecutionTimeoutIsOver_AndItsWorkerIsStopped()
    {
        var id = await _client.AcceptedAsync(with: request => request with { ExecutionTimeout = TimeSpan.FromMinutes(15) });
        _time.Advance(TimeSpan.FromHours(1));
        await _worker.TakeIdAsync();
        var stops = _worker.StopsAsync();

        _time.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromSeconds(2));
        Assert.Equal(GpuState.InProgress, await StateAsync(id));
        await UntilAsync(id, GpuState.TimedOut);

        var status = await _client.GetStatusAsync(id, default);
        Assert.Equal("executionTimeout exceeded", status.Error);
        Assert.InRange(status.ExecutionTime!.Value, TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(16));
        Assert.Equal([id], await StopsOf(stops));
        await _worker.ReportAsync(id, """{"output": "too late"}""");
        Assert.Equal(GpuState.TimedOut, await StateAsync(id));
    }

    [Fact]
    public async Task Request_TimesOutInTheQueue_WhenItsTimeToLiveIsOver()
    {
        var id = await _client.AcceptedAsync(with: request => request with { TimeToLive = TimeSpan.FromHours(2) });

        _time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(2));
        Assert.Equal(GpuState.InQueue, await StateAsync(id));
        await UntilAsync(id, GpuState.TimedOut);

        _time.Advance(TimeSpan.FromMinutes(31));
        await UntilAsync(id, GpuState.NotFound);
    }

    [Fact]
    public async Task Request_IsForgotten_WhenItsTimeToLiveEndsWhileItRuns()
    {
        var id = await _client.AcceptedAsync(with: request => request with { TimeToLive = TimeSpan.FromHours(2), ExecutionTimeout = TimeSpan.FromDays(1) });
        await _worker.TakeIdAsync();
        var stops = _worker.StopsAsync();

        _time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(2));
        Assert.Equal(GpuState.InProgress, await StateAsync(id));
        await UntilAsync(id, GpuState.NotFound);

        Assert.Equal([id], await StopsOf(stops));
    }

    private async Task<GpuState> StateAsync(string id) => (await _client.GetStatusAsync(id, default)).State;

    private Task UntilAsync(string id, GpuState state) => Until.TrueAsync(async () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return await StateAsync(id) == state;
    });

    /// <summary>The stops, asked for again if moving the clock has ended the hold.</summary>
    private async Task<string[]> StopsOf(Task<string[]> asked) => await asked is { Length: > 0 } stops ? stops : await _worker.StopsAsync();
}
