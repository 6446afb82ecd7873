using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>Our own client against our own gateway, as it would be against RunPod.</summary>
public sealed class ClientCallTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Request_GoesFromQueueOverProgressToItsOutput()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");

        var id = await client.AcceptedAsync();
        Assert.EndsWith("-u1", id, StringComparison.Ordinal);
        Assert.Equal(GpuState.InQueue, (await client.GetStatusAsync(id, default)).State);

        Assert.Equal(id, await worker.TakeIdAsync());
        await worker.ReportAsync(id, """{"status": "IN_PROGRESS", "output": {"progress": 30, "phase": "rendering", "seq": 1}}""");
        var running = await client.GetStatusAsync(id, default);
        Assert.Equal((GpuState.InProgress, 30, "rendering", "w1"), (running.State, running.Progress, running.Phase, running.WorkerId));
        Assert.NotNull(running.DelayTime);
        Assert.Null(running.ExecutionTime);

        await worker.ReportAsync(id, """{"output": {"files": [], "name": "Füchse 🦊"}}""");
        var done = await client.GetStatusAsync(id, default);
        Assert.Equal((GpuState.Completed, null, 0), (done.State, done.Progress, done.Retries));
        Assert.Equal("""{"files": [], "name": "Füchse 🦊"}""", done.Output?.GetRawText());
        Assert.NotNull(done.ExecutionTime);
    }

    [Fact]
    public async Task Submit_OfTheSameAttempt_MakesOneRequest()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.AcceptedAsync("the-attempt")));
        var other = await client.AcceptedAsync("another-attempt");

        Assert.Single(ids.Distinct());
        Assert.DoesNotContain(other, ids);
        var health = await client.GetHealthAsync(default);
        Assert.True(health.SubmitIsIdempotent);
        Assert.Equal(2, health.Jobs.InQueue);
    }

    [Fact]
    public async Task Submit_OfAFinishedAttempt_AnswersItsId()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync("the-attempt");
        await worker.TakeIdAsync();
        await worker.ReportAsync(id, """{"output": 1}""");

        Assert.Equal(id, await client.AcceptedAsync("the-attempt"));

        Assert.Equal(GpuState.Completed, (await client.GetStatusAsync(id, default)).State);
    }

    [Theory]
    [InlineData("", "the body is not a JSON object")]
    [InlineData("[]", "the body is not a JSON object")]
    [InlineData("""{"input":{"a":NaN}}""", "the body is not a JSON object")]
    [InlineData("""{"prompt":"flat"}""", "input must be an object")]
    [InlineData("""{"input":[1]}""", "input must be an object")]
    [InlineData("""{"input":{}}""", "input must not be empty")]
    [InlineData("""{"input":{"a":1},"policy":{"executionTimeout":1}}""", "policy.executionTimeout must be milliseconds from 5 seconds to 7 days")]
    [InlineData("""{"input":{"a":1},"policy":{"ttl":"1 h"}}""", "policy.ttl must be milliseconds from 10 seconds to 7 days")]
    [InlineData("""{"input":{"a":1},"webhook":"ftp://example.org/"}""", "webhook must be an http or https URL")]
    [InlineData("""{"input":{"a":1},"webhook":7}""", "webhook must be an http or https URL")]
    public async Task Submit_IsRefused_WhenNoWorkerCouldRunIt(string body, string error)
    {
        await using var host = await GatewayHost.StartAsync(_folder);

        using var answer = await host.RunAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal($$"""{"error":"{{error}}"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Submit_IsRefused_WhenTheBodyIsLongerThanRunPodWouldTake()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var request = ARunPodClient.Request() with { Input = new JsonObject { ["image"] = new string('x', 10 << 20) } };

        var refused = Assert.IsType<SubmitResult.Refused>(await client.SubmitAsync(request, default));

        Assert.Equal("The GPU provider refused the request: exceeded max body size of 10MiB", refused.Message);
    }

    [Fact]
    public async Task Cancel_OfAQueuedRequest_MeansItIsNeverHandedOut()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var cancelled = await client.AcceptedAsync();
        var next = await client.AcceptedAsync();

        Assert.Equal(CancelResult.Acknowledged, await client.CancelAsync(cancelled, default));

        Assert.Equal(next, await host.Worker("w1").TakeIdAsync());
        Assert.Equal(GpuState.Cancelled, (await client.GetStatusAsync(cancelled, default)).State);
    }

    [Fact]
    public async Task Cancel_OfARunningRequest_IsFinalAtOnce_AndItsWorkerIsTold()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        await worker.TakeIdAsync();
        var stops = worker.StopsAsync();
        await Until.TrueAsync(() => host.Held("job-stop") == 1);

        Assert.Equal(CancelResult.Acknowledged, await client.CancelAsync(id, default));
        Assert.Equal([id], await stops);
        await worker.ReportAsync(id, """{"output": "too late"}""");

        var status = await client.GetStatusAsync(id, default);
        Assert.Equal((GpuState.Cancelled, null), (status.State, status.Output));
        Assert.NotNull(status.ExecutionTime);
    }

    [Fact]
    public async Task Cancel_OfWhatIsOver_ChangesNothing()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        await worker.TakeIdAsync();
        await worker.ReportAsync(id, """{"output": 1}""");

        Assert.Equal(CancelResult.AlreadyOver, await client.CancelAsync(id, default));
        Assert.Equal(CancelResult.UnknownId, await client.CancelAsync("nobody-u1", default));

        Assert.Equal(GpuState.Completed, (await client.GetStatusAsync(id, default)).State);
    }

    [Fact]
    public async Task Cancel_ReadsNoBody_WhenAClientAnnouncesOne()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var id = await client.AcceptedAsync();
        using var empty = new StringContent("", Encoding.UTF8, "application/json");

        using var answer = await host.SendAsync(HttpMethod.Post, $"cancel/{id}", empty);

        Assert.Equal($$"""{"id":"{{id}}","status":"CANCELLED"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Status_OfAnUnknownRequest_IsNotFound()
    {
        await using var host = await GatewayHost.StartAsync(_folder);

        using var answer = await host.SendAsync(HttpMethod.Get, "status/nobody-u1");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("""{"error":"job not found"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Health_CountsRequestsAndWorkers()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var (busy, idle) = (host.Worker("w1"), host.Worker("w2"));
        await client.AcceptedAsync();
        await client.AcceptedAsync();
        await busy.TakeIdAsync();
        await idle.PingAsync();

        var health = await client.GetHealthAsync(default);

        Assert.Equal(new GpuJobs(Completed: 0, Failed: 0, InProgress: 1, InQueue: 1, Retried: 0), health.Jobs);
        Assert.Equal(new GpuWorkers(Idle: 1, Initializing: 0, Ready: 1, Running: 1, Throttled: 0, Unhealthy: 0), health.Workers);
        Assert.Null(health.Problem);
    }

    [Fact]
    public async Task Health_ShowsAWorkerThatCannotStart()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();

        using var ping = await host.Worker("w1").AskAsync("ping/w1?gpu=home&status=unhealthy&check=_network_check&reason=x");

        var health = await client.GetHealthAsync(default);
        Assert.Equal(1, health.Workers.Unhealthy);
        Assert.Equal("A worker's start-up check failed: _network_check.", health.Problem);
    }

    [Theory]
    [InlineData("run", "POST")]
    [InlineData("runsync", "POST")]
    [InlineData("status/x", "GET")]
    [InlineData("status-sync/x", "GET")]
    [InlineData("stream/x", "GET")]
    [InlineData("cancel/x", "POST")]
    [InlineData("retry/x", "POST")]
    [InlineData("purge-queue", "POST")]
    [InlineData("health", "GET")]
    public async Task ClientCalls_AreRefused_WithoutTheClientKey(string path, string method)
    {
        await using var host = await GatewayHost.StartAsync(_folder);

        foreach (var wrong in new[] { "", "Bearer wrong", host.Keys.Worker, $"Bearer {host.Keys.Client}x" })
        {
            using var answer = await host.SendAsync(new HttpMethod(method), path, authorization: wrong);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task ClientCalls_AreNotFound_AtAnotherEndpoint()
    {
        await using var host = await GatewayHost.StartAsync(_folder);

        using var answer = await host.SendAsync(HttpMethod.Get, "../other/health");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
