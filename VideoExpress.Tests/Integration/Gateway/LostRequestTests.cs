using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

public sealed class LostRequestTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Request_IsHandedOutAgain_WhenTwoPingsDoNotListIt()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        await worker.TakeIdAsync();

        await worker.PingAsync();
        await worker.PingAsync();
        await worker.PingAsync();
        Assert.Equal(GpuState.InProgress, (await client.GetStatusAsync(id, default)).State);

        _time.Advance(Interval);
        await worker.PingAsync();
        Assert.Equal(GpuState.InProgress, (await client.GetStatusAsync(id, default)).State);
        await worker.PingAsync();
        Assert.Equal(GpuState.InQueue, (await client.GetStatusAsync(id, default)).State);

        Assert.Equal(id, await host.Worker("w2").TakeIdAsync());
        var again = await client.GetStatusAsync(id, default);
        Assert.Equal(("w2", 1, TimeSpan.Zero), (again.WorkerId, again.Retries, again.DelayTime));
    }

    [Fact]
    public async Task Request_StaysWithItsWorker_WhenItShowsASignOfLifeBetween()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        await worker.TakeIdAsync();

        for (var i = 0; i < 5; i++)
        {
            _time.Advance(Interval);
            await worker.PingAsync();
            if (i % 2 == 0)
            {
                await worker.PingAsync(id, "another-u1");
            }
            else
            {
                await worker.ReportAsync(id, """{"status": "IN_PROGRESS", "output": {"progress": 5}}""");
            }
        }

        Assert.Equal((GpuState.InProgress, 0), await StateAsync(client, id));
    }

    [Fact]
    public async Task Request_IsHandedOutAgain_WhenItsWorkerMissesThreePings()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var id = await client.AcceptedAsync();
        await host.Worker("w1").TakeIdAsync();

        _time.Advance(Interval * 3);
        await NextTickAsync();
        Assert.Equal((GpuState.InProgress, 0), await StateAsync(client, id));
        await Until.TrueAsync(async () => await TickAsync() && await StateAsync(client, id) == (GpuState.InQueue, 1));
    }

    [Fact]
    public async Task Request_GoesBackToItsWorker_WhenItWasOnlySilent()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        await worker.TakeIdAsync();
        _time.Advance(Interval * 4);
        await Until.TrueAsync(async () => await TickAsync() && await StateAsync(client, id) == (GpuState.InQueue, 1));

        await worker.PingAsync(id);

        Assert.Equal((GpuState.InProgress, 0), await StateAsync(client, id));
        Assert.Equal("w1", (await client.GetStatusAsync(id, default)).WorkerId);
    }

    [Fact]
    public async Task Result_OfAWorkerThatWasGivenUp_IsTaken_AndItsRivalStopped()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var (first, rival) = (host.Worker("w1"), host.Worker("w2"));
        var id = await client.AcceptedAsync();
        await first.TakeIdAsync();
        _time.Advance(Interval);
        await first.PingAsync();
        await first.PingAsync();
        await rival.TakeIdAsync();
        var stops = rival.StopsAsync();
        await Until.TrueAsync(() => host.Held("job-stop") == 1);

        await first.ReportAsync(id, """{"error": "a failure is not taken"}""");
        Assert.Equal((GpuState.InProgress, 1), await StateAsync(client, id));
        await first.ReportAsync(id, """{"output": "the film"}""");

        Assert.Equal([id], await stops);
        var status = await client.GetStatusAsync(id, default);
        Assert.Equal((GpuState.Completed, "w1", "\"the film\""), (status.State, status.WorkerId, status.Output?.GetRawText()));
    }

    [Fact]
    public async Task Worker_IsStopped_WhenItWorksOnAnothersRequest()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var (first, second) = (host.Worker("w1"), host.Worker("w2"));
        var id = await client.AcceptedAsync();
        await first.TakeIdAsync();
        _time.Advance(Interval);
        await first.PingAsync();
        await first.PingAsync();
        await second.TakeIdAsync();

        await first.PingAsync(id);

        Assert.Equal([id], await first.StopsAsync());
        Assert.Equal("w2", (await client.GetStatusAsync(id, default)).WorkerId);
    }

    [Fact]
    public async Task Worker_IsNotStopped_WhenAPingCrossesItsResult()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        await worker.TakeIdAsync();
        await worker.ReportAsync(id, """{"output": 1}""");

        await worker.PingAsync(id);

        Assert.Null(host.Workers.Seen("w1").TakeStops());
    }

    [Fact]
    public async Task Stop_IsRepeated_WhileTheWorkersPingsListTheRequest()
    {
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { HoldTime = TimeSpan.FromMinutes(1) }, _time);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        await worker.TakeIdAsync();
        await client.CancelAsync(id, default);
        Assert.Equal([id], await worker.StopsAsync());

        var next = worker.StopsAsync();
        await worker.PingAsync(id);
        using var health = await host.SendAsync(HttpMethod.Get, "health");
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await worker.PingAsync(id);
        Assert.Equal([id], await next.WaitAsync(TimeSpan.FromSeconds(5)));

        await worker.PingAsync();
        Assert.Null(host.Workers.Seen("w1").TakeStops());
    }

    [Fact]
    public async Task Request_FailsAsAtRunPod_WhenItCostsThreeWorkersTheirLives()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var id = await client.AcceptedAsync();
        for (var i = 0; i < 3; i++)
        {
            var worker = host.Worker($"w{i}");
            Assert.Equal(id, await worker.TakeIdAsync());
            _time.Advance(Interval);
            await worker.PingAsync();
            await worker.PingAsync();
        }

        var status = await client.GetStatusAsync(id, default);
        Assert.Equal((GpuState.Failed, "job timed out after 2 retries"), (status.State, status.Error));
        Assert.True(status.IsLostWorker);
    }

    [Fact]
    public async Task Requests_OutliveARestart_AndRemoteWorkersGoOn()
    {
        string queued, running, done;
        await using (var host = await GatewayHost.StartAsync(_folder, time: _time))
        {
            using var client = host.Client();
            done = await client.AcceptedAsync();
            running = await client.AcceptedAsync();
            queued = await client.AcceptedAsync();
            await host.Worker("w1").TakeIdAsync();
            await host.Worker("w1").ReportAsync(done, """{"output": "kept"}""");
            await host.Worker("w1").TakeIdAsync();
        }

        await using (var host = await GatewayHost.StartAsync(_folder, time: _time))
        {
            using var client = host.Client();
            Assert.Equal("\"kept\"", (await client.GetStatusAsync(done, default)).Output?.GetRawText());
            Assert.Equal((GpuState.InProgress, 0), await StateAsync(client, running));
            await host.Worker("w1").ReportAsync(running, """{"output": "goes on"}""");
            Assert.Equal((GpuState.Completed, 0), await StateAsync(client, running));
            Assert.Equal(queued, await host.Worker("w1").TakeIdAsync());
        }
    }

    [Fact]
    public async Task Request_OfARemoteWorkerThatIsGoneAfterARestart_IsHandedOutAgain()
    {
        string id;
        await using (var host = await GatewayHost.StartAsync(_folder, time: _time))
        {
            using var client = host.Client();
            id = await client.AcceptedAsync();
            await host.Worker("w1").TakeIdAsync();
        }

        await using (var host = await GatewayHost.StartAsync(_folder, time: _time))
        {
            using var client = host.Client();
            _time.Advance(Interval * 3);
            await Until.TrueAsync(async () => await TickAsync() && await StateAsync(client, id) == (GpuState.InQueue, 1));
        }
    }

    [Fact]
    public async Task Request_OfAWorkerThatIsForgotten_IsHandedOutAgain()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var id = await client.AcceptedAsync();
        await host.Worker("w1").TakeIdAsync();
        host.Workers.Forget("w1");

        _time.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync(() => host.Workers.Known.Count == 1);
        _time.Advance(Interval * 3);
        await Until.TrueAsync(async () => await TickAsync() && await StateAsync(client, id) == (GpuState.InQueue, 1));
    }

    private static async Task<(GpuState State, int Retries)> StateAsync(RunPodClient client, string id)
    {
        var status = await client.GetStatusAsync(id, default);
        return (status.State, status.Retries);
    }

    private async Task<bool> TickAsync()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        await NextTickAsync();
        return true;
    }

    /// <summary>Lets the gateway's timer run.</summary>
    private static Task NextTickAsync() => Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
}
