using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

public sealed class TrafficTests
{
    private static readonly TimeSpan SubmitTimeout = TimeSpan.FromSeconds(30);
    private static readonly CallQuota OneAtOnce = new(AtOnce: 1, Burst: 5000, PerSecond: 1);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("run", 1000, 200)]
    [InlineData("status", 2000, 400)]
    [InlineData("cancel", 100, 20)]
    public void Quotas_StayBelowRunPodsLimits(string operation, int inTenSeconds, int atOnce)
    {
        var quota = operation switch { "run" => CallQuota.Run, "status" => CallQuota.Status, _ => CallQuota.Cancel };

        Assert.InRange(quota.Burst + (11 * quota.PerSecond), 0, inTenSeconds - 1);
        Assert.InRange(quota.AtOnce, 1, atOnce - 1);
    }

    [Fact]
    public async Task ACallThatWaitsForItsTurn_LosesNoneOfItsTime()
    {
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.Limited(server.Endpoint, _time, run: OneAtOnce);
        var first = client.SubmitAsync(ARunPodClient.Request(), default);
        await Until.TrueAsync(() => server.Requests.Count == 1);
        var second = client.SubmitAsync(ARunPodClient.Request(), default);

        _time.Advance(SubmitTimeout);
        Assert.IsType<SubmitResult.FateUnknown>(await first);
        await Until.TrueAsync(() => server.Requests.Count == 2);
        _time.Advance(SubmitTimeout - TimeSpan.FromSeconds(1));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<SubmitResult.FateUnknown>(await second);
    }

    [Fact]
    public async Task ALookThatWaitsForItsTurn_LosesNoneOfItsMinute()
    {
        var wait = LyingServer.Says(429, "", "Retry-After: 14\r\n");
        await using var server = new LyingServer([.. Enumerable.Repeat(wait, 6), LyingServer.Says(200, """{"id":"b-u1","status":"IN_QUEUE"}""")]);
        using var client = ARunPodClient.Limited(server.Endpoint, _time, status: OneAtOnce);
        var first = client.GetStatusAsync("a-u1", default);
        await Until.TrueAsync(() => server.Requests.Count == 1);

        var second = await _time.WhileItPassesAsync(client.GetStatusAsync("b-u1", default));

        Assert.Equal(GpuState.InQueue, second.State);
        await Assert.ThrowsAsync<GpuException>(() => first);
        Assert.Equal(["a", "a", "a", "a", "a", "b", "b"], server.Requests.Select(request => request["GET /v2/ep/status/".Length..][..1]));
    }

    [Fact]
    public async Task ACallThatWaitsForItsTurn_CanBeCancelled_AndIsNeverMade()
    {
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.Limited(server.Endpoint, _time, run: OneAtOnce);
        using var end = new CancellationTokenSource();
        var first = client.SubmitAsync(ARunPodClient.Request(), default);
        await Until.TrueAsync(() => server.Requests.Count == 1);
        var second = client.SubmitAsync(ARunPodClient.Request(), end.Token);

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _time.Advance(SubmitTimeout);
        await first;
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task TheQueue_IsBounded_AndASubmissionBeyondItIsRefused()
    {
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.Limited(server.Endpoint, _time, run: OneAtOnce);
        using var end = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 1001).Select(_ => client.SubmitAsync(ARunPodClient.Request(), end.Token)).ToList();
        await Until.TrueAsync(() => server.Requests.Count == 1);

        var refused = Assert.IsType<SubmitResult.Refused>(await client.SubmitAsync(ARunPodClient.Request(), default));

        Assert.True(refused.CanHeal);
        await end.CancelAsync();
        Assert.IsType<SubmitResult.FateUnknown>(await calls[0]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(calls));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task TheRate_IsKept_WithoutATimeOut()
    {
        await using var server = new LyingServer(LyingServer.Says(200, """{"id":"x-u1"}"""));
        var begun = Stopwatch.GetTimestamp();
        using var client = ARunPodClient.Limited(server.Endpoint, _time, run: new CallQuota(AtOnce: 10, Burst: 1, PerSecond: 1));

        await client.SubmitAsync(ARunPodClient.Request(), default);
        var second = client.SubmitAsync(ARunPodClient.Request(), default);
        _time.Advance(SubmitTimeout * 2);

        Assert.IsType<SubmitResult.Accepted>(await second);
        Assert.True(Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(0.9)); // of real time: a second's token comes after a second
    }

    [Fact]
    public async Task OneOperation_DoesNotWaitForAnother()
    {
        await using var server = new LyingServer(LyingServer.Hangs, LyingServer.Says(200, """{"id":"a-u1","status":"CANCELLED"}"""));
        using var client = ARunPodClient.Limited(server.Endpoint, _time, status: OneAtOnce, cancel: OneAtOnce);
        using var end = new CancellationTokenSource();
        var look = client.GetStatusAsync("a-u1", end.Token);
        await Until.TrueAsync(() => server.Requests.Count == 1);

        Assert.Equal(CancelResult.Acknowledged, await client.CancelAsync("a-u1", default));

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => look);
    }

    [Fact]
    public void AnEndpoint_HasOneClient_HoweverItsUrlIsWritten()
    {
        using var endpoints = new GpuEndpoints(
            new RunPodSettings(),
            (endpoint, key) => new RunPodClient(RunPodClient.CreateHandler(), endpoint, key, _time, NullLogger<RunPodClient>.Instance),
            () => (new Uri("http://127.0.0.1:1/v2/local"), "key"));

        var client = endpoints.Client("https://api.runpod.ai/v2/abc");

        Assert.Same(client, endpoints.Client("https://API.runpod.ai/v2/abc/"));
        Assert.NotSame(client, endpoints.Client("https://api.runpod.ai/v2/ABC"));
        Assert.Same(endpoints.Client(GpuEndpoints.Local), endpoints.Client(GpuEndpoints.Local));
    }
}
