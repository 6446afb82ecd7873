using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

public sealed class BreakerTests
{
    private const string Down = "The GPU provider has not answered since 2000-01-01 00:00:0";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task AnEndpointOutOfOrder_IsAskedThreeTimes_AndThenNobodyWaitsForIt()
    {
        await using var server = new LyingServer(LyingServer.Says(503, ""));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        await Assert.ThrowsAsync<GpuException>(() => _time.WhileItPassesAsync(client.GetStatusAsync("a-u1", default)));
        Assert.Equal(3, server.Requests.Count);

        foreach (var call in new Func<Task>[]
        {
            () => client.GetStatusAsync("a-u1", default), () => client.CancelAsync("a-u1", default), () => client.GetHealthAsync(default),
        })
        {
            var error = await Assert.ThrowsAsync<GpuException>(call); // the time stands still
            Assert.StartsWith(Down, error.Message, StringComparison.Ordinal);
            Assert.True(error.CanHeal);
            Assert.InRange(error.RetryAfter!.Value, Moment, Pause);
        }

        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task ASubmission_IsRefused_AndNotOfUnknownFate_WhileTheEndpointIsOutOfOrder()
    {
        await using var server = new LyingServer(LyingServer.Says(503, ""));
        using var client = ARunPodClient.For(server.Endpoint, _time);
        await BreakAsync(client);

        var refused = Assert.IsType<SubmitResult.Refused>(await client.SubmitAsync(ARunPodClient.Request(), default));

        Assert.True(refused.CanHeal);
        Assert.StartsWith(Down, refused.Message, StringComparison.Ordinal);
        Assert.Equal(Pause, refused.RetryAfter);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task FailedSubmissions_Count_AndAreNeverRepeated()
    {
        await using var server = new LyingServer(LyingServer.Says(500, ""), LyingServer.Resets, LyingServer.Says(408, ""));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        for (var i = 1; i <= 3; i++)
        {
            Assert.IsType<SubmitResult.FateUnknown>(await client.SubmitAsync(ARunPodClient.Request(), default));
            Assert.Equal(i, server.Requests.Count);
        }

        Assert.IsType<SubmitResult.Refused>(await client.SubmitAsync(ARunPodClient.Request(), default));
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(404, true)]
    [InlineData(503, false)]
    public async Task AfterThePause_AFreeLookIsTheProbe_AndNotASubmission(int health, bool isSubmitted)
    {
        var down = LyingServer.Says(503, "");
        await using var server = new LyingServer(
            down, down, down, LyingServer.Says(health, "{}"), LyingServer.Says(200, """{"id":"x-u1","status":"IN_QUEUE"}"""));
        using var client = ARunPodClient.For(server.Endpoint, _time);
        await BreakAsync(client);
        _time.Advance(Pause);

        var result = await client.SubmitAsync(ARunPodClient.Request(), default);

        Assert.Equal(isSubmitted, result is SubmitResult.Accepted);
        Assert.Equal(!isSubmitted, result is SubmitResult.Refused { CanHeal: true });
        var requests = server.Requests.Skip(3).Select(request => request.Split(' ')[..2]).ToList();
        Assert.Equal(["GET", "/v2/ep/health"], requests[0]);
        Assert.Equal(isSubmitted ? 2 : 1, requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(429)]
    public async Task ARefusal_IsNoFaultOfTheEndpoint(int http)
    {
        await using var server = new LyingServer(LyingServer.Says(http, "{}"));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        for (var i = 0; i < 10; i++)
        {
            Assert.IsType<SubmitResult.Refused>(await client.SubmitAsync(ARunPodClient.Request(), default));
        }

        Assert.Equal(10, server.Requests.Count);
    }

    [Fact]
    public async Task AfterThePause_ASingleCallIsLetThrough_AndAHangingOneLeavesItShut()
    {
        var down = LyingServer.Says(503, "");
        await using var server = new LyingServer(down, down, down, LyingServer.Hangs);
        using var client = ARunPodClient.For(server.Endpoint, _time);
        await BreakAsync(client);
        _time.Advance(Pause);
        using var hangUp = new CancellationTokenSource();

        var probe = client.GetHealthAsync(hangUp.Token);
        for (var i = 0; i < 5; i++)
        {
            Assert.StartsWith(
                Down, (await Assert.ThrowsAsync<GpuException>(() => client.GetStatusAsync("a-u1", default))).Message, StringComparison.Ordinal);
        }

        await Until.TrueAsync(() => server.Requests.Count == 4);
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        await Assert.ThrowsAsync<GpuException>(() => client.GetHealthAsync(default));
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task ThePause_Doubles_UpToHalfAMinute_AndEndsWithTheFirstAnswer()
    {
        var down = LyingServer.Says(503, "");
        await using var server = new LyingServer([.. Enumerable.Repeat(down, 9), LyingServer.Says(200, "{}"), down, down, LyingServer.Says(200, "{}")]);
        using var client = ARunPodClient.For(server.Endpoint, _time);
        await BreakAsync(client);

        var asked = 3;
        foreach (var seconds in new[] { 2, 4, 8, 16, 30, 30 })
        {
            _time.Advance(TimeSpan.FromSeconds(seconds) - Moment);
            await Assert.ThrowsAsync<GpuException>(() => client.GetHealthAsync(default));
            Assert.Equal(asked, server.Requests.Count);
            _time.Advance(Moment);
            await Assert.ThrowsAsync<GpuException>(() => client.GetHealthAsync(default));
            Assert.Equal(++asked, server.Requests.Count);
        }

        _time.Advance(TimeSpan.FromSeconds(30));
        await client.GetHealthAsync(default);

        // Two faults do not shut it again.
        await Assert.ThrowsAsync<GpuException>(() => client.GetHealthAsync(default));
        await Assert.ThrowsAsync<GpuException>(() => client.GetHealthAsync(default));
        await client.GetHealthAsync(default);
    }

    [Fact]
    public async Task ACallerWhoGivesUp_SaysNothingOfTheEndpoint()
    {
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.For(server.Endpoint, _time);

        for (var i = 1; i <= 5; i++)
        {
            using var hangUp = new CancellationTokenSource();
            var look = client.GetHealthAsync(hangUp.Token);
            await Until.TrueAsync(() => server.Requests.Count == i);
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => look);
        }
    }

    private static async Task BreakAsync(RunPodClient client)
    {
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<GpuException>(() => client.GetHealthAsync(default));
        }
    }
}
