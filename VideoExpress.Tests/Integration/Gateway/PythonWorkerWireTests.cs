using System.Text;
using System.Text.Json;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>
/// The requests of RunPod's Python worker (SDK 1.12.0), byte for byte as captured from the real one, which cannot be installed here: aiohttp's
/// headers and order, JSON that says it is a form, a bare key.
/// </summary>
public sealed class PythonWorkerWireTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private GatewayHost _host = null!;
    private RunPodClient _client = null!;
    private RawConnection _wire = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(_folder);
        _client = _host.Client();
        _wire = new RawConnection(_host.Endpoint);
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _wire.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Worker_TakesPingsReportsAndIsStopped_OnOneConnection()
    {
        using var run = await _host.RunAsync("""{"input": {"prompt": "ein Fuchs 🦊"}}""");
        using var accepted = JsonDocument.Parse(await run.Content.ReadAsStringAsync());
        var id = accepted.RootElement.GetProperty("id").GetString()!;

        var taken = await _wire.SendAsync(Get("job-take/worker-1?gpu=home&job_in_progress=0"));
        Assert.Equal((200, "application/json"), (taken.Status, taken.Headers["Content-Type"]));
        Assert.Equal($$$"""{"id":"{{{id}}}","input":{"prompt": "ein Fuchs 🦊"}}""", taken.Body);

        Assert.Equal(200, (await _wire.SendAsync(Ping($"&job_id={id}&runpod_version=1.12.0"))).Status);
        Assert.Equal(200, (await PostAsync("job-done", id, """{"status": "IN_PROGRESS", "output": {"progress": 30}}""")).Status);
        Assert.Equal(30, (await _client.GetStatusAsync(id, default)).Progress);

        await _client.CancelAsync(id, default);
        var stop = await _wire.SendAsync(Get("job-stop/worker-1?gpu=home"));
        Assert.Equal((200, $$"""{"jobsToStop":["{{id}}"]}"""), (stop.Status, stop.Body));
        Assert.Equal(200, (await PostAsync("job-done", id, """{"output": {"files": []}}""")).Status);
        Assert.Equal(GpuState.Cancelled, (await _client.GetStatusAsync(id, default)).State);
    }

    [Fact]
    public async Task Worker_OfSeveralSlots_TakesAList_AndListsThemInOnePing()
    {
        string[] ids = [await _client.AcceptedAsync(), await _client.AcceptedAsync(), await _client.AcceptedAsync(), await _client.AcceptedAsync()];

        var batch = await _wire.SendAsync(Get("job-take-batch/worker-1?gpu=home&batch_size=3&job_in_progress=0"));
        var last = await _wire.SendAsync(Get("job-take/worker-1?gpu=home&job_in_progress=1"));

        Assert.Equal((200, "application/json"), (batch.Status, batch.Headers["Content-Type"]));
        Assert.Matches($$"""^\[\{"id":"{{ids[0]}}","input":.*\},\{"id":"{{ids[1]}}","input":.*\},\{"id":"{{ids[2]}}","input":.*\}\]$""", batch.Body);
        Assert.StartsWith($$"""{"id":"{{ids[3]}}",""", last.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await _wire.SendAsync(Ping($"&job_id={string.Join("%2C", ids)}&runpod_version=1.12.0"))).Status);
        Assert.Equal(1, (await _client.GetHealthAsync(default)).Workers.Running);
    }

    [Fact]
    public async Task GeneratorHandler_StreamsItsChunks_AndEndsWithIsStream()
    {
        var id = await TakenAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await PostAsync("job-stream", id, $$$"""{"output": {"chunk": {{{i}}}}}""")).Status);
        }

        Assert.Equal(200, (await PostAsync("job-done", id, """{"output": []}""", isStream: true)).Status);

        Assert.Equal(
            (200, """{"status":"COMPLETED","stream":[{"output":{"chunk": 0}},{"output":{"chunk": 1}},{"output":{"chunk": 2}}]}"""),
            await _host.CallAsync("GET", $"stream/{id}"));
    }

    [Theory]
    [InlineData("""{"output": {"a": "ü"}}""", "COMPLETED", """{"a": "ü"}""", null)]
    [InlineData("""{"output": "text"}""", "COMPLETED", "\"text\"", null)]
    [InlineData("""{"output": [1, 2]}""", "COMPLETED", "[1, 2]", null)]
    [InlineData("""{"output": true}""", "COMPLETED", "true", null)]
    [InlineData("""{"output": null}""", "COMPLETED", null, null)]
    [InlineData("{}", "COMPLETED", null, null)]
    [InlineData("""{"output": {"a": 1}, "stopPod": true}""", "COMPLETED", """{"a": 1}""", null)]
    [InlineData("""{"output": {"detail": 1}, "error": "bad prompt"}""", "FAILED", """{"detail": 1}""", "bad prompt")]
    [InlineData("""{"output": {}, "error": {"code": 7}}""", "FAILED", "{}", """{"code": 7}""")]
    [InlineData(
        """{"error": "{\"error_type\": \"<class 'ValueError'>\", \"error_message\": \"bad\", \"worker_id\": \"worker-1\"}"}""",
        "FAILED", null, """{"error_type": "<class 'ValueError'>", "error_message": "bad", "worker_id": "worker-1"}""")]
    [InlineData("""{"output": {"score": NaN}}""", "FAILED", null, "invalid JSON from worker")]
    [InlineData("""{"output": {"score": -Infinity}}""", "FAILED", null, "invalid JSON from worker")]
    public async Task Result_OfEveryKind_IsAnswered200_AndEndsTheRequest(string body, string status, string? output, string? error)
    {
        var id = await TakenAsync();

        Assert.Equal(200, (await PostAsync("job-done", id, body)).Status);

        using var answer = JsonDocument.Parse((await _host.CallAsync("GET", $"status/{id}")).Body);
        var json = answer.RootElement;
        Assert.Equal(
            (id, status, output, error),
            (json.GetProperty("id").GetString(), json.GetProperty("status").GetString(),
                json.TryGetProperty("output", out var given) ? given.GetRawText() : null,
                json.TryGetProperty("error", out var told) ? told.GetString() : null));
    }

    [Fact]
    public async Task Result_Of25Megabytes_IsTakenWhole()
    {
        var id = await TakenAsync();
        var output = new string('x', 25_000_000);

        Assert.Equal(200, (await PostAsync("job-done", id, $$"""{"output": "{{output}}"}""")).Status);

        Assert.Equal(25_000_002, (await _client.GetStatusAsync(id, default)).Output?.GetRawText().Length);
    }

    [Fact]
    public async Task Progress_AfterTheResult_IsAnswered200_AndDropped()
    {
        var id = await TakenAsync();
        await PostAsync("job-done", id, """{"output": {"files": []}}""");

        Assert.Equal(200, (await PostAsync("job-done", id, """{"status": "IN_PROGRESS", "output": {"progress": 99}}""")).Status);
        Assert.Equal(200, (await PostAsync("job-done", id, """{"output": "twice"}""")).Status);
        Assert.Equal(200, (await PostAsync("job-done", "nobody-u1", """{"output": 1}""")).Status);

        Assert.Equal("""{"files": []}""", (await _client.GetStatusAsync(id, default)).Output?.GetRawText());
    }

    [Fact]
    public async Task Idle_IsAnswered204_WithoutABody()
    {
        using var folder = new TempFolder();
        await using var host = await GatewayHost.StartAsync(folder, GatewayHost.Settings with { HoldTime = TimeSpan.FromSeconds(1) });
        using var wire = new RawConnection(host.Endpoint);

        var answer = await wire.SendAsync(Get("job-take/worker-1?gpu=home&job_in_progress=0", host.Keys.Worker));

        Assert.Equal((204, ""), (answer.Status, answer.Body));
        Assert.False(answer.Headers.ContainsKey("Content-Length"));
    }

    [Fact]
    public async Task RefusedWorker_IsAnswered429_AfterASecond()
    {
        var begun = TimeProvider.System.GetTimestamp();

        var answer = await _wire.SendAsync(Get("job-take/worker-1?gpu=home&job_in_progress=0", key: ""));

        Assert.Equal(429, answer.Status);
        Assert.True(TimeProvider.System.GetElapsedTime(begun) > TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public async Task Worker_ThatCannotStart_SaysSoInItsPing()
    {
        Assert.Equal(200, (await _wire.SendAsync(Ping(
            "&status=unhealthy&check=_network_check&reason=Network+check+failed%3A+timed+out&runpod_version=1.12.0"))).Status);

        Assert.Equal("A worker's start-up check failed: _network_check.", (await _client.GetHealthAsync(default)).Problem);
    }

    [Fact]
    public async Task OlderWorker_WithoutBatchesAndStops_IsServedToo()
    {
        var id = await _client.AcceptedAsync();

        // 1.6: another header set, the list in a ping not percent-encoded, no X-Request-ID, nothing of the version.
        var taken = await _wire.SendAsync($"""
            GET {Path("job-take/worker-1?gpu=home&job_in_progress=0")} HTTP/1.1
            Host: {_host.Endpoint.Authority}
            Content-Type: application/json
            Authorization: {_host.Keys.Worker}
            User-Agent: RunPod-Python-SDK/1.6.2(Linux 6.1; x86_64) Language/Python 3.10.12
            Accept: */*
            Accept-Encoding: gzip, deflate
            """);
        Assert.StartsWith($$"""{"id":"{{id}}",""", taken.Body, StringComparison.Ordinal);
        Assert.Equal(200, (await _wire.SendAsync(Ping($"&job_id={id},other-u1&retry_ping=0"))).Status);
        Assert.Equal(200, (await PostAsync("job-done", id, """{"output": 1}""")).Status);
        Assert.Equal(GpuState.Completed, (await _client.GetStatusAsync(id, default)).State);
    }

    private async Task<string> TakenAsync()
    {
        var id = await _client.AcceptedAsync();
        Assert.Equal(200, (await _wire.SendAsync(Get("job-take/worker-1?gpu=home&job_in_progress=0"))).Status);
        return id;
    }

    private string Get(string call, string? key = null) => $"""
        GET {Path(call)} HTTP/1.1
        Host: {_host.Endpoint.Authority}
        Content-Type: application/json
        Authorization: {key ?? _host.Keys.Worker}
        User-Agent: RunPod-Python-SDK/1.12.0 (Linux 6.1.0-18-amd64; x86_64) Language/Python 3.11.2
        Accept-Encoding: gzip, deflate
        Accept: */*
        X-Request-ID: the-last-job-u1
        """;

    private string Ping(string query) => $"""
        GET {Path($"ping/worker-1?gpu=home{query}")} HTTP/1.1
        Host: {_host.Endpoint.Authority}
        User-Agent: python-requests/2.32.3
        Accept-Encoding: gzip, deflate
        Accept: */*
        Connection: keep-alive
        Authorization: {_host.Keys.Worker}
        """;

    private Task<RawAnswer> PostAsync(string call, string id, string body, bool isStream = false) => _wire.SendAsync(
        $"""
        POST {Path($"{call}/worker-1/{id}?gpu=home&isStream={(isStream ? "true" : "false")}")} HTTP/1.1
        Host: {_host.Endpoint.Authority}
        Authorization: {_host.Keys.Worker}
        User-Agent: RunPod-Python-SDK/1.12.0 (Linux 6.1.0-18-amd64; x86_64) Language/Python 3.11.2
        Accept-Encoding: gzip, deflate
        Accept: */*
        Content-Type: application/x-www-form-urlencoded
        charset: utf-8
        X-Request-ID: {id}
        Content-Length: {Encoding.UTF8.GetByteCount(body)}
        """,
        body);

    private string Path(string call) => $"{_host.Endpoint.AbsolutePath}/{call}";
}
