using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>Requests that are to run once more, and those that shall not run at all.</summary>
public sealed class RetryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Retry_OfAFailedRequest_RunsTheSameInputUnderTheSameId()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        var input = (await worker.TakeAsync())!.Value.GetRawText();
        await worker.ReportAsync(id, """{"output": {"half": 1}, "error": "out of memory"}""");

        Assert.Equal((200, $$"""{"id":"{{id}}","status":"IN_QUEUE"}"""), await host.CallAsync("POST", $"retry/{id}"));

        Assert.Equal((200, $$"""{"id":"{{id}}","status":"IN_QUEUE"}"""), await host.CallAsync("GET", $"status/{id}"));
        Assert.Equal(input, (await worker.TakeAsync())!.Value.GetRawText());
        Assert.Null((await client.GetStatusAsync(id, default)).ExecutionTime);
        await worker.ReportAsync(id, """{"output": "whole"}""");
        var status = await client.GetStatusAsync(id, default);
        Assert.Equal((GpuState.Completed, "\"whole\"", null, 0), (status.State, status.Output?.GetRawText(), status.Error, status.Retries));
    }

    [Fact]
    public async Task Retry_OfATimedOutRequest_GivesItAWholeTimeToLive()
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        var id = await client.AcceptedAsync(with: request => request with { TimeToLive = TimeSpan.FromHours(2) });
        _time.Advance(TimeSpan.FromHours(2));
        await UntilAsync(client, id, GpuState.TimedOut);

        await host.CallAsync("POST", $"retry/{id}");

        _time.Advance(TimeSpan.FromHours(2) - TimeSpan.FromSeconds(3));
        await host.CallAsync("GET", "health");
        Assert.Equal(GpuState.InQueue, (await client.GetStatusAsync(id, default)).State);
        await UntilAsync(client, id, GpuState.TimedOut);
    }

    [Fact]
    public async Task Retry_IsRefused_OfWhatHasNotFailed()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");
        const string refusal = """{"error":"only a job that is FAILED or TIMED_OUT can be retried"}""";
        var id = await client.AcceptedAsync();

        Assert.Equal((400, refusal), await host.CallAsync("POST", $"retry/{id}"));
        await worker.TakeIdAsync();
        Assert.Equal((400, refusal), await host.CallAsync("POST", $"retry/{id}"));
        await worker.ReportAsync(id, """{"output": "kept"}""");
        Assert.Equal((400, refusal), await host.CallAsync("POST", $"retry/{id}"));
        Assert.Equal("\"kept\"", (await client.GetStatusAsync(id, default)).Output?.GetRawText());
        var cancelled = await client.AcceptedAsync();
        await client.CancelAsync(cancelled, default);
        Assert.Equal((400, refusal), await host.CallAsync("POST", $"retry/{cancelled}"));
        Assert.Equal((404, """{"error":"job not found"}"""), await host.CallAsync("POST", "retry/nobody-u1"));
    }

    [Fact]
    public async Task Purge_CancelsWhatWaits_AndLeavesWhatRuns()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var running = await client.AcceptedAsync();
        await worker.TakeIdAsync();
        string[] waiting = [await client.AcceptedAsync(), await client.AcceptedAsync()];

        Assert.Equal((200, """{"removed":2,"status":"completed"}"""), await host.CallAsync("POST", "purge-queue"));

        Assert.Equal((200, """{"removed":0,"status":"completed"}"""), await host.CallAsync("POST", "purge-queue", "{}"));
        foreach (var id in waiting)
        {
            Assert.Equal(GpuState.Cancelled, (await client.GetStatusAsync(id, default)).State);
        }

        await worker.ReportAsync(running, """{"output": 1}""");
        Assert.Equal(GpuState.Completed, (await client.GetStatusAsync(running, default)).State);
    }

    private Task UntilAsync(RunPodClient client, string id, GpuState state) => Until.TrueAsync(async () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return (await client.GetStatusAsync(id, default)).State == state;
    });
}
