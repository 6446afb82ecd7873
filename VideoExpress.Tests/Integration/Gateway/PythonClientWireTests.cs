using System.Text;
using System.Text.Json.Nodes;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>
/// The requests of RunPod's Python client (<c>runpod.Endpoint</c> of 1.12.0), byte for byte: the headers of requests, JSON announced where
/// there is none.
/// </summary>
public sealed class PythonClientWireTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private GatewayHost _host = null!;
    private RawConnection _wire = null!;
    private HttpWorker _worker = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(_folder);
        _wire = new RawConnection(_host.Endpoint);
        _worker = _host.Worker("w1");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _wire.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_Status_Stream_AndHealth()
    {
        var run = await PostAsync("run", """{"input": {"prompt": "a fox"}}""");
        var id = JsonNode.Parse(run.Body)!["id"]!.GetValue<string>();
        Assert.Equal((200, $$"""{"id":"{{id}}","status":"IN_QUEUE"}"""), (run.Status, run.Body));
        Assert.Equal((200, $$"""{"id":"{{id}}","status":"IN_QUEUE"}"""), await GetAsync($"status/{id}"));

        await _worker.TakeIdAsync();
        await _worker.ChunkAsync(id, """{"output": "first"}""");
        Assert.Equal((200, """{"status":"IN_PROGRESS","stream":[{"output":"first"}]}"""), await GetAsync($"stream/{id}"));
        await _worker.ReportAsync(id, """{"output": {"film": 1}}""");

        Assert.Equal((200, """{"status":"COMPLETED","stream":[]}"""), await GetAsync($"stream/{id}"));
        Assert.Matches("""^\{"id":"[^"]+","status":"COMPLETED","delayTime":\d+,"executionTime":\d+,"workerId":"w1","output":\{"film": 1\}\}$""", (await GetAsync($"status/{id}")).Body);
        Assert.Equal(
            (200, """{"jobs":{"completed":1,"failed":0,"inProgress":0,"inQueue":0,"retried":0},"workers":{"idle":1,"initializing":0,"ready":1,"running":0,"throttled":0,"unhealthy":0},"idempotent_key":"attempt_id"}"""),
            await GetAsync("health"));
    }

    [Fact]
    public async Task RunSync_WithoutAWait_IsHeldUntilTheEnd()
    {
        var run = PostAsync("runsync", """{"input": {"prompt": "a fox"}}""");
        await _worker.ReportAsync(await _worker.TakeIdAsync(), """{"output": 42}""");

        var answer = await run;
        Assert.Equal(200, answer.Status);
        Assert.EndsWith(""","output":42}""", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelAndPurgeQueue_AnnounceJson_AndHaveNoBody()
    {
        var id = JsonNode.Parse((await PostAsync("run", """{"input": {"prompt": "a fox"}}""")).Body)!["id"]!.GetValue<string>();
        await PostAsync("run", """{"input": {"prompt": "another"}}""");

        var cancel = await PostAsync($"cancel/{id}", "");
        Assert.Equal((200, $$"""{"id":"{{id}}","status":"CANCELLED"}"""), (cancel.Status, cancel.Body));
        var purge = await PostAsync("purge-queue", "");
        Assert.Equal((200, """{"removed":1,"status":"completed"}"""), (purge.Status, purge.Body));
    }

    [Fact]
    public async Task EmptyInput_WhichTheClientNestsTwice_IsNotRefused_AndAWrongKeyIs401()
    {
        // The client takes {"input": {}} for an input.
        Assert.Equal(200, (await PostAsync("run", """{"input": {"input": {}}}""")).Status);

        Assert.Equal(401, (await PostAsync("run", """{"input": {"prompt": "a fox"}}""", "wrong")).Status);
    }

    private async Task<(int Status, string Body)> GetAsync(string call)
    {
        var answer = await _wire.SendAsync($"""
            GET {_host.Endpoint.AbsolutePath}/{call} HTTP/1.1
            Host: {_host.Endpoint.Authority}
            User-Agent: python-requests/2.32.3
            Accept-Encoding: gzip, deflate
            Accept: */*
            Connection: keep-alive
            Content-Type: application/json
            Authorization: Bearer {_host.Keys.Client}
            """);
        return (answer.Status, answer.Body);
    }

    private Task<RawAnswer> PostAsync(string call, string body, string? key = null) => _wire.SendAsync(
        $"""
        POST {_host.Endpoint.AbsolutePath}/{call} HTTP/1.1
        Host: {_host.Endpoint.Authority}
        User-Agent: python-requests/2.32.3
        Accept-Encoding: gzip, deflate
        Accept: */*
        Connection: keep-alive
        Content-Type: application/json
        Authorization: Bearer {key ?? _host.Keys.Client}
        Content-Length: {Encoding.UTF8.GetByteCount(body)}
        """,
        body);
}
