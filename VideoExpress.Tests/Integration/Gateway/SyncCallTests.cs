using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>Calls that wait for the end of a request.</summary>
public sealed class SyncCallTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunSync_AnswersTheWholeStatus_WhenTheRequestIsOver()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        var worker = host.Worker("w1");
        var run = host.CallAsync("POST", "runsync", """{"input":{"a":1}}""");
        var id = await worker.TakeIdAsync();
        Assert.False(run.IsCompleted);

        await worker.ReportAsync(id, """{"output": {"n": 1}}""");

        var (status, body) = await run;
        Assert.Equal(200, status);
        Assert.Matches("""^\{"id":"sync-[0-9a-f-]{36}-u1","status":"COMPLETED","delayTime":\d+,"executionTime":\d+,"workerId":"w1","output":\{"n": 1\}\}$""", body);
        Assert.Equal(id, IdOf(body));
    }

    [Theory]
    [InlineData("?wait=5000", 5)]
    [InlineData("?wait=1", 1)]
    [InlineData("?wait=9999999", 300)]
    [InlineData("", 90)]
    [InlineData("?wait=soon", 90)]
    public async Task RunSync_AnswersWhereTheRequestStands_WhenTheWaitIsOver(string query, int seconds)
    {
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { PingInterval = TimeSpan.FromMinutes(5) }, _time);
        var run = host.CallAsync("POST", $"runsync{query}", """{"input":{"a":1}}""");
        var id = await host.Worker("w1").TakeIdAsync();

        _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await host.CallAsync("GET", "health");
        Assert.False(run.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal((200, $$"""{"id":"{{id}}","status":"IN_PROGRESS"}"""), await run);
    }

    [Fact]
    public async Task StatusSync_IsHeldUntilTheRequestIsOver()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        var status = host.CallAsync("GET", $"status-sync/{id}?wait=90000");
        await Until.TrueAsync(() => host.Held("status-sync") == 1);
        await worker.TakeIdAsync();
        await worker.ReportAsync(id, """{"status": "IN_PROGRESS", "output": {"progress": 1}}""");
        Assert.False(status.IsCompleted);

        await worker.ReportAsync(id, """{"error": "out of ideas"}""");

        Assert.Contains("""
            "status":"FAILED"
            """, (await status).Body, StringComparison.Ordinal);
        Assert.Equal(await host.CallAsync("GET", $"status/{id}"), await host.CallAsync("GET", $"status-sync/{id}?wait=90000"));
    }

    [Fact]
    public async Task StatusSync_TellsOfACancel_AndOfAPurge()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var (first, second) = (await client.AcceptedAsync(), await client.AcceptedAsync());
        var cancelled = host.CallAsync("GET", $"status-sync/{first}");
        var purged = host.CallAsync("GET", $"status-sync/{second}");
        await Until.TrueAsync(() => host.Held("status-sync") == 2);

        await client.CancelAsync(first, default);
        Assert.Equal((200, $$"""{"id":"{{first}}","status":"CANCELLED"}"""), await cancelled);
        Assert.False(purged.IsCompleted);
        await host.CallAsync("POST", "purge-queue");

        Assert.Equal((200, $$"""{"id":"{{second}}","status":"CANCELLED"}"""), await purged);
    }

    [Fact]
    public async Task StatusSync_AnswersAtOnce_WhenThereIsNoSuchRequest()
    {
        await using var host = await GatewayHost.StartAsync(_folder);

        Assert.Equal((404, """{"error":"job not found"}"""), await host.CallAsync("GET", "status-sync/nobody-u1"));
    }

    [Fact]
    public async Task WaitingClients_AreAnswered_WhenTheHostStops()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        var run = host.CallAsync("POST", "runsync", """{"input":{"a":1}}""");
        await Until.TrueAsync(() => host.Held("runsync") == 1);

        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Contains("IN_QUEUE", (await run).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_IsNotDenied_WhileTheHostStops()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var id = await client.AcceptedAsync();

        host.BeginStop();

        Assert.Equal((200, $$"""{"id":"{{id}}","status":"IN_QUEUE"}"""), await host.CallAsync("GET", $"status-sync/{id}"));
        Assert.Equal((200, """{"status":"IN_QUEUE","stream":[]}"""), await host.CallAsync("GET", $"stream/{id}"));
    }

    [Theory]
    [InlineData(11, true)]
    [InlineData(20, false)]
    public async Task RunSync_TakesTwiceTheBodyOfRun(int mebibytes, bool isTaken)
    {
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var content = new StringContent($$$"""{"input":{"image":"{{{new string('x', mebibytes << 20)}}}"}}""", MediaTypeHeaderValue.Parse("application/json"));

        var run = host.SendAsync(HttpMethod.Post, "runsync", content);
        if (isTaken)
        {
            await host.Worker("w1").ReportAsync(await host.Worker("w1").TakeIdAsync(), "{}");
        }

        using var answer = await run;
        Assert.Equal(isTaken ? 200 : 400, (int)answer.StatusCode);
        Assert.Equal(isTaken, (await answer.Content.ReadAsStringAsync()) != """{"error":"exceeded max body size of 20MiB"}""");
    }

    private static string IdOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("id").GetString()!;
    }
}
