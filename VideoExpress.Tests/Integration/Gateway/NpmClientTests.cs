using System.Text.Json.Nodes;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>RunPod's own npm client 1.1.2, unmodified, against the gateway.</summary>
public sealed class NpmClientTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private GatewayHost _host = null!;
    private NpmClient _npm = null!;
    private HttpWorker _worker = null!;

    private static JsonObject Request => new() { ["input"] = new JsonObject { ["prompt"] = "a fox 🦊" } };

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(_folder);
        _npm = new NpmClient(_host);
        _worker = _host.Worker("w1");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _npm.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_Status_AndHealth()
    {
        var run = await _npm.CallAsync("run", Request);
        var id = run!["id"]!.GetValue<string>();
        Assert.Equal(("IN_QUEUE", 2), (run["status"]!.GetValue<string>(), run.AsObject().Count));

        var job = await _worker.TakeAsync();
        Assert.Equal((id, "a fox 🦊"), (job!.Value.GetProperty("id").GetString(), job.Value.GetProperty("input").GetProperty("prompt").GetString()));
        await _worker.ReportAsync(id, """{"status": "IN_PROGRESS", "output": {"progress": 30}}""");
        var running = await _npm.CallAsync("status", id);
        Assert.Equal(("IN_PROGRESS", false, 30), (Text(running, "status"), running!["completed"]!.GetValue<bool>(), running["output"]!["progress"]!.GetValue<int>()));
        var health = await _npm.CallAsync("health");
        Assert.Equal((1, 1), (health!["jobs"]!["inProgress"]!.GetValue<int>(), health["workers"]!["running"]!.GetValue<int>()));

        await _worker.ReportAsync(id, """{"output": {"film": "🦊"}}""");
        var done = await _npm.CallAsync("status", id);
        Assert.Equal(("COMPLETED", true, true, "🦊"), (Text(done, "status"), done!["completed"]!.GetValue<bool>(), done["succeeded"]!.GetValue<bool>(), Text(done["output"], "film")));
        Assert.True(done["executionTime"]!.GetValue<long>() >= 0 && done["delayTime"]!.GetValue<long>() >= 0);
    }

    [Fact]
    public async Task RunSync_ReturnsTheOutput_AlsoWhenTheFirstWaitIsOver_AndAsksNoMoreThanOnceASecond()
    {
        var run = _npm.CallAsync("runSync", Request, 1000);
        await Until.TrueAsync(() => _host.Asked("status-sync") > 0);
        var id = await _worker.TakeIdAsync();
        await _worker.ReportAsync(id, """{"output": 42}""");

        var done = await run;
        Assert.Equal((id, "COMPLETED", 42, true), (Text(done, "id"), Text(done, "status"), done!["output"]!.GetValue<int>(), done["succeeded"]!.GetValue<bool>()));
        Assert.StartsWith("sync-", id, StringComparison.Ordinal);
        Assert.Equal((1, 1), (_host.Asked("runsync"), _host.Asked("status-sync")));

        var failing = _npm.CallAsync("runSync", Request);
        await _worker.ReportAsync(await _worker.TakeIdAsync(), """{"error": "bad prompt"}""");
        Assert.Equal(("FAILED", "bad prompt", false), (Text(await failing, "status"), Text(await failing, "error"), (await failing)!["succeeded"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Stream_YieldsEachChunkOnce_AndEnds()
    {
        var id = Text(await _npm.CallAsync("run", Request), "id");
        var stream = _npm.StreamAsync(id);
        await _worker.TakeIdAsync();
        await _worker.ChunkAsync(id, """{"output": 1}""");
        await Until.TrueAsync(() => _host.Asked("stream") > 1);
        await _worker.ChunkAsync(id, """{"output": {"n": 2}}""");
        await _worker.ChunkAsync(id, """{"output": "3"}""");
        await _worker.ReportAsync(id, """{"output": []}""");

        Assert.Equal(["""{"output":1}""", """{"output":{"n":2}}""", """{"output":"3"}"""], await stream);
        Assert.InRange(_host.Asked("stream"), 2, 10);
    }

    [Fact]
    public async Task Cancel_AndPurgeQueue()
    {
        var (running, first) = (Text(await _npm.CallAsync("run", Request), "id"), Text(await _npm.CallAsync("run", Request), "id"));
        await _npm.CallAsync("run", Request);
        await _npm.CallAsync("run", Request);
        await _worker.TakeIdAsync();

        Assert.Equal((running, "CANCELLED"), (Text(await _npm.CallAsync("cancel", running), "id"), Text(await _npm.CallAsync("cancel", running), "status")));
        Assert.Equal([running], await _worker.StopsAsync());
        Assert.Equal("CANCELLED", Text(await _npm.CallAsync("cancel", first), "status"));
        Assert.Equal("""{"removed":2,"status":"completed"}""", (await _npm.CallAsync("purgeQueue"))!.ToJsonString());
        Assert.Equal("CANCELLED", Text(await _npm.CallAsync("status", first), "status"));
    }

    [Fact]
    public async Task Refusals_AreThrown_WithWhatTheGatewaySaid()
    {
        using var stranger = new NpmClient(_host, _host.Keys.Worker);

        Assert.Contains("""401 {"error":"unauthorized"}""", await stranger.ErrorAsync("run", Request), StringComparison.Ordinal);
        Assert.Contains("""404 {"error":"job not found"}""", await _npm.ErrorAsync("status", "nobody-u1"), StringComparison.Ordinal);
        Assert.Contains("""400 {"error":"input must not be empty"}""", await _npm.ErrorAsync("run", new JsonObject { ["input"] = new JsonObject() }), StringComparison.Ordinal);
    }

    private static string Text(JsonNode? json, string key) => json![key]!.GetValue<string>();
}
