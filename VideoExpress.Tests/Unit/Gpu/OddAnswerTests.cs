using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

/// <summary>What RunPod and the proxies before it have been seen to answer, beyond what the other tests of the client have.</summary>
public sealed class OddAnswerTests
{
    private const string Html = "<html><head><title>52x</title></head><body>Cloudflare</body></html>";
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("a float", "101050.75", 101050.75)]
    [InlineData("zero", "0", 0.0)]
    [InlineData("negative", "-3", 0.0)]
    [InlineData("beyond all bounds", "1e999", 4294967295.0)]
    [InlineData("text", "\"12\"", null)]
    [InlineData("null", "null", null)]
    public async Task Times_AreReadLeniently(string kind, string json, double? milliseconds)
    {
        var status = await LookAsync($$"""{"id":"a-u1","status":"IN_PROGRESS","delayTime":{{json}},"executionTime":{{json}} }""");

        Assert.True(milliseconds == status.DelayTime?.TotalMilliseconds, kind);
        Assert.Equal(status.DelayTime, status.ExecutionTime);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("2.0", 2)]
    [InlineData("-1", 0)]
    [InlineData("\"1\"", 0)]
    [InlineData("null", 0)]
    public async Task Retries_AreReadLeniently(string json, int retries) =>
        Assert.Equal(retries, (await LookAsync($$"""{"id":"a-u1","status":"IN_QUEUE","retries":{{json}} }""")).Retries);

    [Fact]
    public async Task AnEmptyOutput_IsAnOutput_WithoutFiles()
    {
        var status = await LookAsync("""{"id":"a-u1","status":"COMPLETED","output":{}}""");

        Assert.Equal((GpuState.Completed, "{}"), (status.State, status.Output?.GetRawText()));
        Assert.Empty(WorkerResult.TryRead(status.Output!.Value)!.Files);
    }

    [Fact]
    public async Task ALateProgressUpdate_IsNoOutput_AndTheRequestGoesOn()
    {
        var status = await LookAsync("""{"id":"a-u1","status":"IN_PROGRESS","output":{"files":[{"name":"video"}]},"retries":1,"executionTime":5}""");

        Assert.Equal((GpuState.InProgress, null, 1), (status.State, status.Output, status.Retries));
    }

    [Theory]
    [InlineData("""{"id":"a-u1","status":"FAILED","error":"executionTimeout exceeded"}""", GpuState.TimedOut)]
    [InlineData("""{"id":"a-u1","status":"FAILED","error":{"message":"executionTimeout exceeded"}}""", GpuState.TimedOut)]
    [InlineData("""{"id":"a-u1","status":"FAILED","error":"executionTimeout exceeded","output":{"progress":3}}""", GpuState.TimedOut)]
    [InlineData("""{"id":"a-u1","status":"TIMED_OUT","error":null}""", GpuState.TimedOut)]
    [InlineData("""{"id":"a-u1","status":"CANCELLED","delayTime":1,"executionTime":2}""", GpuState.Cancelled)]
    [InlineData("""{"status":"COMPLETED","output":1}""", GpuState.Completed)]
    [InlineData("""{"id":"A-U1","status":"COMPLETED","output":1}""", GpuState.Completed)]
    [InlineData("""{"id":null,"status":"COMPLETED","output":1}""", GpuState.Completed)]
    [InlineData("""{"id":7,"status":"IN_QUEUE","delayTime":"?","workerId":3,"retries":{},"error":[]}""", GpuState.InQueue)]
    public async Task States_AreMapped(string body, GpuState state) => Assert.Equal(state, (await LookAsync(body)).State);

    [Theory]
    [InlineData("empty", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("no content", "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")]
    [InlineData("truncated JSON", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 28\r\n\r\n{\"id\":\"a-u1\",\"status\":\"COMPL")]
    [InlineData("HTML", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>")]
    [InlineData("another's", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 46\r\n\r\n{\"id\":\"b-u1\",\"status\":\"COMPLETED\",\"output\":{}}")]
    [InlineData("another's cancel", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 34\r\n\r\n{\"id\":\"b-u1\",\"status\":\"CANCELLED\"}")]
    public async Task AnAnswerThatSaysNothingOfTheRequest_CanHeal_AndIsBelievedByNobody(string kind, string answer)
    {
        await using var server = new LyingServer(LyingServer.SaysRaw(answer));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        foreach (var call in new Func<Task>[] { () => client.GetStatusAsync("a-u1", default), () => client.CancelAsync("a-u1", default) })
        {
            var error = await Assert.ThrowsAsync<GpuException>(call);
            Assert.True(error.CanHeal, kind);
            Assert.Equal("The GPU provider's answer could not be read.", error.Message);
        }

        Assert.Equal(2, server.Requests.Count);
    }

    public static TheoryData<string> Broken =>
        ["HTML of a proxy", "cut off in the body", "reset in the body", "a body over the limit", "a dripping body", "no HTTP"];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task ABrokenAnswer_IsAskedForAgain(string kind)
    {
        await using var server = new LyingServer(Answer(kind), LyingServer.Says(200, """{"id":"a-u1","status":"CANCELLED"}"""));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        var status = await _time.WhileItPassesAsync(client.GetStatusAsync("a-u1", default));

        Assert.Equal(GpuState.Cancelled, status.State);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    [InlineData("no content")]
    public async Task ABrokenAnswer_LeavesTheFateOfASubmissionUnknown_AndItIsMadeOnce(string kind)
    {
        await using var server = new LyingServer(Answer(kind), LyingServer.Says(200, """{"id":"a-u1"}"""));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        Assert.IsType<SubmitResult.FateUnknown>(await _time.WhileItPassesAsync(client.SubmitAsync(ARunPodClient.Request(), default)));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task ARedirect_IsNeverFollowed(int http)
    {
        await using var elsewhere = new LyingServer(LyingServer.Says(200, """{"id":"a-u1","status":"CANCELLED"}"""));
        await using var server = new LyingServer(LyingServer.Says(http, "", $"Location: {elsewhere.Endpoint}/status/a-u1\r\n"));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        foreach (var call in new Func<Task>[]
        {
            () => client.GetStatusAsync("a-u1", default), () => client.CancelAsync("a-u1", default), () => client.GetHealthAsync(default),
        })
        {
            var error = await Assert.ThrowsAsync<GpuException>(call);
            Assert.False(error.CanHeal);
            Assert.Contains("redirects elsewhere", error.Message, StringComparison.Ordinal);
        }

        Assert.IsType<SubmitResult.Refused>(await client.SubmitAsync(ARunPodClient.Request(), default));
        Assert.Equal((4, 0), (server.Requests.Count, elsewhere.Requests.Count));
    }

    [Theory]
    [InlineData("Retry-After: 9\r\n", 9.0)]
    [InlineData("Date: Tue, 24 Nov 2026 17:00:00 GMT\r\nRetry-After: Tue, 24 Nov 2026 17:00:09 GMT\r\n", 9.0)]
    [InlineData("Retry-After: Sat, 01 Jan 2000 00:00:09 GMT\r\n", 9.0)]
    [InlineData("Date: Tue, 24 Nov 2026 17:00:00 GMT\r\nRetry-After: Tue, 24 Nov 2026 16:00:00 GMT\r\n", 0.0)]
    [InlineData("Retry-After: 0\r\n", 0.0)]
    [InlineData("Retry-After: 86400\r\n", 3600.0)]
    [InlineData("Retry-After: soon\r\n", null)]
    [InlineData("Retry-After: -5\r\n", null)]
    [InlineData("Retry-After: 99999999999999\r\n", null)]
    [InlineData("", null)]
    public async Task RetryAfter_IsReadInSecondsAndAsADate(string headers, double? seconds)
    {
        await using var server = new LyingServer(LyingServer.Says(429, "", headers));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        var refused = Assert.IsType<SubmitResult.Refused>(await client.SubmitAsync(ARunPodClient.Request(), default));

        Assert.Equal(seconds, refused.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task ARetryAfterOfNothing_StillPauses()
    {
        await using var server = new LyingServer(LyingServer.Says(429, "", "Retry-After: 0\r\n"), LyingServer.Says(404, ""));
        using var client = ARunPodClient.For(server.Endpoint, _time);

        var look = client.GetStatusAsync("a-u1", default);
        await Until.TrueAsync(() => server.Requests.Count == 1);

        Assert.Equal(GpuState.NotFound, (await _time.WhileItPassesAsync(look)).State);
        Assert.True(_time.GetUtcNow() > new FakeTimeProvider().GetUtcNow());
    }

    private static Func<Socket, CancellationToken, Task> Answer(string kind)
    {
        const string Part = "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n{\"id\":\"a-u1\",\"status\":\"CO";
        return kind switch
        {
            "HTML of a proxy" => LyingServer.Says(524, Html, type: "text/html"),
            "cut off in the body" => LyingServer.SaysRaw(Part),
            "reset in the body" => LyingServer.Begins(Part, LyingServer.Resets),
            "a body over the limit" => LyingServer.SaysRaw("HTTP/1.1 200 OK\r\nContent-Length: 40000000\r\n\r\n{"),
            "a dripping body" => LyingServer.Begins(Part, LyingServer.Hangs),
            "no content" => LyingServer.SaysRaw("HTTP/1.1 204 No Content\r\n\r\n"),
            _ => LyingServer.SaysRaw("220 mail.example.org ESMTP\r\n"),
        };
    }

    private async Task<GpuStatus> LookAsync(string body)
    {
        await using var server = new LyingServer(LyingServer.Says(200, body));
        using var client = ARunPodClient.For(server.Endpoint, _time);
        return await client.GetStatusAsync("a-u1", default);
    }
}
