using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

public sealed class SubmitTests
{
    private static readonly TimeSpan SubmitTimeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Submit_SendsInputPolicyAndWebhook_WithTheKeyAsBearer()
    {
        await using var server = new LyingServer(LyingServer.Says(200, """{"id":"abc-u1","status":"IN_QUEUE"}"""));
        using var client = ARunPodClient.For(server.Endpoint);

        var result = await client.SubmitAsync(ARunPodClient.Request(), CancellationToken.None);

        Assert.Equal(new SubmitResult.Accepted("abc-u1"), result);
        var request = Assert.Single(server.Requests);
        Assert.StartsWith("POST /v2/ep/run HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Bearer {ARunPodClient.Key}", request, StringComparison.Ordinal);
        var body = JsonDocument.Parse(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).RootElement;
        Assert.Equal("a fox", body.GetProperty("input").GetProperty("prompt").GetString());
        Assert.Equal(900_000, body.GetProperty("policy").GetProperty("executionTimeout").GetInt64());
        Assert.Equal(86_400_000, body.GetProperty("policy").GetProperty("ttl").GetInt64());
        Assert.Equal("https://example.org/webhooks/runpod/token", body.GetProperty("webhook").GetString());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    public async Task Submit_IsAccepted_WhenASuccessHasAnId(int status) =>
        Assert.IsType<SubmitResult.Accepted>(await SubmitTo(LyingServer.Says(status, """{"id":"x","status":"IN_QUEUE"}""")));

    [Theory]
    [InlineData(301, false)]
    [InlineData(302, false)]
    [InlineData(307, false)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(413, false)]
    [InlineData(429, true)]
    public async Task Submit_IsRefused_WhenTheStatusSaysSo(int status, bool canHeal)
    {
        var refused = Assert.IsType<SubmitResult.Refused>(
            await SubmitTo(LyingServer.Says(status, "{}", "Location: http://127.0.0.1:1/elsewhere\r\n")));

        Assert.Equal(canHeal, refused.CanHeal);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(520)]
    [InlineData(522)]
    [InlineData(524)]
    public async Task Submit_IsOfUnknownFate_WhenAProxyMayHaveLostTheAnswer(int status) =>
        Assert.IsType<SubmitResult.FateUnknown>(
            await SubmitTo(LyingServer.Says(status, "<html>Bad gateway</html>", "Retry-After: 1\r\n", "text/html")));

    [Theory]
    [InlineData("")]
    [InlineData("""{"status":"IN_QUEUE"}""")]
    [InlineData("""{"id":""}""")]
    [InlineData("""{"id":7}""")]
    [InlineData("""{"id":"abc","sta""")]
    [InlineData("[]")]
    [InlineData("<html>cached</html>")]
    public async Task Submit_IsOfUnknownFate_WhenASuccessHasNoReadableId(string body) =>
        Assert.IsType<SubmitResult.FateUnknown>(await SubmitTo(LyingServer.Says(200, body)));

    [Fact]
    public async Task Submit_IsOfUnknownFate_WhenTheAnswerIsCutShort() =>
        Assert.IsType<SubmitResult.FateUnknown>(
            await SubmitTo(LyingServer.SaysRaw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"id\":\"abc\"}")));

    [Fact]
    public async Task Submit_IsOfUnknownFate_WhenTheConnectionIsResetAfterTheBody() =>
        Assert.IsType<SubmitResult.FateUnknown>(await SubmitTo(LyingServer.Resets));

    [Fact]
    public async Task Submit_IsOfUnknownFate_WhenTheConnectionIsClosedAfterTheBody() =>
        Assert.IsType<SubmitResult.FateUnknown>(await SubmitTo(LyingServer.Closes));

    [Fact]
    public async Task Submit_IsOfUnknownFate_WhenNoAnswerComesIn30Seconds()
    {
        var time = new FakeTimeProvider();
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.For(server.Endpoint, time);

        var submit = client.SubmitAsync(ARunPodClient.Request(), CancellationToken.None);
        await Until.TrueAsync(() => server.Requests.Count == 1);
        time.Advance(SubmitTimeout - TimeSpan.FromSeconds(1));
        Assert.False(submit.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<SubmitResult.FateUnknown>(await submit);
    }

    [Fact]
    public async Task Submit_IsOfUnknownFate_WhenItsCallerGivesUpAfterSending()
    {
        using var shutdown = new CancellationTokenSource();
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.For(server.Endpoint);

        var submit = client.SubmitAsync(ARunPodClient.Request(), shutdown.Token);
        await Until.TrueAsync(() => server.Requests.Count == 1);
        await shutdown.CancelAsync();

        Assert.IsType<SubmitResult.FateUnknown>(await submit);
    }

    [Fact]
    public async Task Submit_IsCancelled_WhenItsCallerGivesUpBeforeSending()
    {
        await using var server = new LyingServer(LyingServer.Hangs);
        using var client = ARunPodClient.For(server.Endpoint);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.SubmitAsync(ARunPodClient.Request(), new CancellationToken(canceled: true)));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Submit_IsRefusedButCanHeal_WhenNobodyListens()
    {
        using var free = new Socket(SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)free.LocalEndPoint!).Port;
        using var client = ARunPodClient.For(new Uri($"http://127.0.0.1:{port}/v2/ep"));

        AssertRefusedButCanHeal(await client.SubmitAsync(ARunPodClient.Request(), CancellationToken.None));
    }

    [Fact]
    public async Task Submit_IsRefusedButCanHeal_WhenTheNameIsUnknown()
    {
        using var client = ARunPodClient.For(new Uri("http://nobody.invalid/v2/ep"));

        AssertRefusedButCanHeal(await client.SubmitAsync(ARunPodClient.Request(), CancellationToken.None));
    }

    [Fact]
    public async Task Submit_IsRefusedButCanHeal_WhenTlsFails()
    {
        using var plain = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        using var client = ARunPodClient.For(new Uri($"https://127.0.0.1:{((IPEndPoint)plain.LocalEndpoint).Port}/v2/ep"));

        var submit = client.SubmitAsync(ARunPodClient.Request(), CancellationToken.None);
        using (var connection = await plain.AcceptSocketAsync())
        {
            await connection.SendAsync("220 this is no TLS\r\n"u8.ToArray());
        }

        AssertRefusedButCanHeal(await submit);
    }

    [Fact]
    public async Task Submit_IsRefusedButCanHeal_WhenNoConnectionIsMadeInTime()
    {
        var time = new FakeTimeProvider();
        var connecting = new TaskCompletionSource();
        using var handler = RunPodClient.CreateHandler();
        handler.ConnectCallback = async (_, token) =>
        {
            connecting.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return Stream.Null;
        };
        using var client = ARunPodClient.For(new Uri("http://127.0.0.1:1/v2/ep"), time, handler);

        var submit = client.SubmitAsync(ARunPodClient.Request(), CancellationToken.None);
        await connecting.Task;
        time.Advance(SubmitTimeout);

        AssertRefusedButCanHeal(await submit);
    }

    [Fact]
    public async Task Submit_PassesOnTheWait_WhenTheProviderNamesOne()
    {
        var refused = Assert.IsType<SubmitResult.Refused>(await SubmitTo(LyingServer.Says(429, "", "Retry-After: 17\r\n")));

        Assert.Equal(TimeSpan.FromSeconds(17), refused.RetryAfter);
    }

    [Fact]
    public async Task Submit_PassesOnTheReason_WhenTheProviderGivesOne()
    {
        var refused = Assert.IsType<SubmitResult.Refused>(await SubmitTo(LyingServer.Says(400, """{"error":"exceeded max body size of 10MiB"}""")));

        Assert.Equal("The GPU provider refused the request: exceeded max body size of 10MiB", refused.Message);
    }

    [Fact]
    public async Task Submit_TellsNobodyTheKey_WhenTheProviderEchoesIt()
    {
        var log = new ListLog();
        await using var server = new LyingServer(LyingServer.Says(401, $"<p>bad key {ARunPodClient.Key}</p>"));
        using var client = ARunPodClient.For(server.Endpoint, log: log);

        var result = await client.SubmitAsync(ARunPodClient.Request(), CancellationToken.None);

        Assert.DoesNotContain(ARunPodClient.Key, result.ToString(), StringComparison.Ordinal);
        Assert.Contains("bad key (key)", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    /// <summary>Whatever the answer, exactly one request is made.</summary>
    private static async Task<SubmitResult> SubmitTo(Func<Socket, CancellationToken, Task> answer)
    {
        await using var server = new LyingServer(answer);
        using var client = ARunPodClient.For(server.Endpoint);
        var result = await client.SubmitAsync(ARunPodClient.Request(), CancellationToken.None);
        Assert.Single(server.Requests);
        return result;
    }

    private static void AssertRefusedButCanHeal(SubmitResult result) => Assert.True(Assert.IsType<SubmitResult.Refused>(result).CanHeal);

    private sealed class ListLog : ILogger<RunPodClient>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception) + exception);
    }
}
