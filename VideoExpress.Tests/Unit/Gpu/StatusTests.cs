using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

public sealed class StatusTests
{
    [Theory]
    [InlineData("""{"id":"a-u1","status":"IN_QUEUE"}""", GpuState.InQueue)]
    [InlineData("""{"id":"a-u1","status":"IN_PROGRESS","delayTime":5,"workerId":"w"}""", GpuState.InProgress)]
    [InlineData("""{"id":"a-u1","status":"RUNNING"}""", GpuState.InProgress)]
    [InlineData("""{"id":"a-u1","status":"SOMETHING_NEW"}""", GpuState.InProgress)]
    [InlineData("""{"id":"a-u1","status":"COMPLETED","output":{}}""", GpuState.Completed)]
    [InlineData("""{"id":"a-u1","status":"FAILED","error":"no"}""", GpuState.Failed)]
    [InlineData("""{"id":"a-u1","status":"FAILED","error":"executionTimeout exceeded"}""", GpuState.TimedOut)]
    [InlineData("""{"id":"a-u1","status":"TIMED_OUT"}""", GpuState.TimedOut)]
    [InlineData("""{"id":"a-u1","status":"CANCELLED"}""", GpuState.Cancelled)]
    public async Task Status_IsMapped(string body, GpuState state) => Assert.Equal(state, (await LookAt(200, body)).State);

    [Theory]
    [InlineData("""{"status":"COMPLETED"}""")]
    [InlineData("""{"status":"COMPLETED","output":null}""")]
    public async Task Status_IsCompletedWithoutOutput_WhenTheProviderRefusedTheResult(string body)
    {
        var status = await LookAt(200, body);

        Assert.Equal((GpuState.Completed, null), (status.State, status.Output));
    }

    [Theory]
    [InlineData("""{"files":[]}""")]
    [InlineData("""[1,2]""")]
    [InlineData("\"text\"")]
    [InlineData("0.5")]
    [InlineData("true")]
    public async Task Status_HasTheOutput_OfAnyKind(string output) =>
        Assert.Equal(output, (await LookAt(200, $$"""{"status":"COMPLETED","output":{{output}}}""")).Output?.GetRawText());

    [Fact]
    public async Task Status_ReadsTheLiveExampleOfALostWorker()
    {
        var status = await LookAt(200, """
            {"delayTime":101050,"error":"job timed out after 1 retries","executionTime":42078,"id":"a-u1","retries":1,"status":"FAILED","workerId":"z3jr"}
            """);

        Assert.True(status.IsLostWorker);
        Assert.Equal(TimeSpan.FromMilliseconds(101050), status.DelayTime);
        Assert.Equal(TimeSpan.FromMilliseconds(42078), status.ExecutionTime);
        Assert.Equal(("z3jr", 1), (status.WorkerId, status.Retries));
    }

    [Theory]
    [InlineData("""{"progress":30,"phase":"rendering","seq":4}""", 30, "rendering", 4L)]
    [InlineData("""{"progress":30.6}""", 31, null, null)]
    [InlineData("""{"progress":130,"seq":"4","phase":7}""", 100, null, null)]
    [InlineData("""{"progress":"30"}""", null, null, null)]
    [InlineData("42", 42, null, null)]
    [InlineData("-1e999", 0, null, null)]
    [InlineData("\"warming up\"", null, null, null)]
    public async Task Status_ReadsProgressLeniently_AndNeverAsOutput(string progress, int? percent, string? phase, long? seq)
    {
        var status = await LookAt(200, $$"""{"status":"IN_PROGRESS","output":{{progress}}}""");

        Assert.Equal((percent, phase, seq, null), (status.Progress, status.Phase, status.Seq, status.Output));
    }

    [Theory]
    [InlineData("\"bad prompt\"", "bad prompt")]
    [InlineData("""{"code":"oom","message":"out of memory"}""", "out of memory")]
    [InlineData("""{"error":{"detail":"deep"}}""", "deep")]
    [InlineData("""{"odd":1}""", null)]
    [InlineData("null", null)]
    [InlineData("17", "17")]
    [InlineData("""
        "{\"error_type\":\"<class 'ValueError'>\",\"error_message\":\"no such model\",\"error_traceback\":\"File /src/handler.py\",\"hostname\":\"h\"}"
        """, "no such model")]
    [InlineData("\"Traceback (most recent call last):\\n  File \\\"/src/handler.py\\\", line 3\\nValueError: no\\n\"", "ValueError: no")]
    [InlineData("\"half a surrogate \\ud800\"", "half a surrogate \\ud800")]
    [InlineData("\"{not json\"", "{not json")]
    public async Task Status_ReadsErrorsLeniently_WithoutTracebacks(string error, string? message) =>
        Assert.Equal(message, (await LookAt(200, $$"""{"status":"FAILED","error":{{error}}}""")).Error);

    [Fact]
    public async Task Status_IsNotFound_WhenTheProviderSays404() =>
        Assert.Equal(GpuState.NotFound, (await LookAt(404, """{"error":"job not found"}""")).State);

    [Theory]
    [InlineData(200, "<html>maintenance</html>", true)]
    [InlineData(200, """{"error":"odd"}""", true)]
    [InlineData(200, "null", true)]
    [InlineData(401, "", false)]
    [InlineData(403, "", false)]
    [InlineData(400, """{"error":"odd"}""", false)]
    [InlineData(302, "", false)]
    public async Task Status_Throws_WhenTheAnswerSaysNothingOfTheRequest(int http, string body, bool canHeal)
    {
        var error = await Assert.ThrowsAsync<GpuException>(() => LookAt(http, body));

        Assert.Equal(canHeal, error.CanHeal);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(522)]
    public async Task Status_IsAskedAgain_WhenTheProviderIsOutOfOrder(int http)
    {
        var time = new FakeTimeProvider();
        await using var server = new LyingServer(
            LyingServer.Says(http, "<html>"), LyingServer.Resets, LyingServer.Says(200, """{"status":"COMPLETED","output":1}"""));
        using var client = ARunPodClient.For(server.Endpoint, time);

        var status = await time.WhileItPassesAsync(client.GetStatusAsync("a-u1", CancellationToken.None));

        Assert.Equal(GpuState.Completed, status.State);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Status_IsAskedAtMostFiveTimes()
    {
        var time = new FakeTimeProvider();
        await using var server = new LyingServer(LyingServer.Says(429, ""));
        using var client = ARunPodClient.For(server.Endpoint, time);

        var error = await Assert.ThrowsAsync<GpuException>(() => time.WhileItPassesAsync(client.GetStatusAsync("a-u1", CancellationToken.None)));

        Assert.True(error.CanHeal);
        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task Status_IsGivenUpWithinAMinute_WhenTheProviderHangs()
    {
        var time = new FakeTimeProvider();
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.For(server.Endpoint, time);
        var begun = time.GetUtcNow();

        var error = await Assert.ThrowsAsync<GpuException>(() => time.WhileItPassesAsync(client.GetStatusAsync("a-u1", CancellationToken.None)));

        Assert.True(error.CanHeal);
        Assert.InRange(time.GetUtcNow() - begun, TimeSpan.FromSeconds(45), TimeSpan.FromSeconds(75));
    }

    [Fact]
    public async Task Status_IsAskedAgainNoSooner_ThanTheProviderAsked()
    {
        var time = new FakeTimeProvider();
        await using var server = new LyingServer(
            LyingServer.Says(429, "", "Retry-After: 12\r\n"), LyingServer.Says(200, """{"status":"IN_QUEUE"}"""));
        using var client = ARunPodClient.For(server.Endpoint, time);
        var begun = time.GetUtcNow();

        await time.WhileItPassesAsync(client.GetStatusAsync("a-u1", CancellationToken.None));

        Assert.InRange(time.GetUtcNow() - begun, TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(27));
    }

    [Fact]
    public async Task Status_LeavesALongWaitToItsCaller()
    {
        await using var server = new LyingServer(LyingServer.Says(429, "", "Retry-After: 600\r\n"));
        using var client = ARunPodClient.For(server.Endpoint);

        var error = await Assert.ThrowsAsync<GpuException>(() => client.GetStatusAsync("a-u1", CancellationToken.None));

        Assert.Equal((true, TimeSpan.FromMinutes(10)), (error.CanHeal, error.RetryAfter));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Status_IsCancelled_WhenItsCallerGivesUp()
    {
        using var end = new CancellationTokenSource();
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.For(server.Endpoint);

        var look = client.GetStatusAsync("a-u1", end.Token);
        await Until.TrueAsync(() => server.Requests.Count == 1);
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => look);
    }

    private static async Task<GpuStatus> LookAt(int http, string body)
    {
        await using var server = new LyingServer(LyingServer.Says(http, body));
        using var client = ARunPodClient.For(server.Endpoint);
        return await client.GetStatusAsync("a-u1", CancellationToken.None);
    }
}
