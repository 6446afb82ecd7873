using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>The client's own server is told when a request is over.</summary>
public sealed class WebhookTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Webhook_SaysWhatStatusSays_AndInputAndWebhookAsTheyCame()
    {
        await using var receiver = new LyingServer(LyingServer.Says(200, ""));
        await using var host = await GatewayHost.StartAsync(_folder);
        var webhook = $"{receiver.Endpoint}/hook?token=a%2Fb";
        using var run = await host.RunAsync($$"""{"input": {"n": 1.50, "s": "ü\u00fc"}, "webhook": "{{webhook}}"}""");
        var worker = host.Worker("w1");
        var id = await worker.TakeIdAsync();
        Assert.Empty(receiver.Requests);

        await worker.ReportAsync(id, """{"output": {"film": "🦊"}}""");

        var request = (await RequestsAsync(receiver, 1)).Single();
        var status = (await host.CallAsync("GET", $"status/{id}")).Body;
        Assert.StartsWith("POST /v2/ep/hook?token=a%2Fb HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", request, StringComparison.Ordinal);
        Assert.Equal(
            $$"""{{status.TrimEnd('}')}}},"input":{"n": 1.50, "s": "ü\u00fc"},"webhook":"{{webhook}}"}""",
            request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    [Theory]
    [InlineData("FAILED")]
    [InlineData("CANCELLED")]
    [InlineData("purged")]
    [InlineData("executionTimeout exceeded")]
    [InlineData("TIMED_OUT")]
    [InlineData("job timed out after 2 retries")]
    public async Task Webhook_IsCalled_HoweverTheRequestEnds(string end)
    {
        await using var receiver = new LyingServer(LyingServer.Says(204, ""));
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { PingInterval = TimeSpan.FromMinutes(5) }, _time);
        using var client = host.Client();
        var id = await AcceptedAsync(client, receiver);
        var worker = host.Worker("w1");
        switch (end)
        {
            case "purged":
                await host.CallAsync("POST", "purge-queue");
                break;
            case "TIMED_OUT":
                _time.Advance(TimeSpan.FromDays(1));
                break;
            case "job timed out after 2 retries":
                for (var i = 0; i < 3; i++)
                {
                    await worker.TakeIdAsync();
                    _time.Advance(TimeSpan.FromSeconds(6));
                    await worker.PingAsync();
                    await worker.PingAsync();
                }

                break;
            default:
                await worker.TakeIdAsync();
                await (end switch
                {
                    "FAILED" => worker.ReportAsync(id, """{"error": "FAILED"}"""),
                    "CANCELLED" => client.CancelAsync(id, default),
                    _ => Task.Run(() => _time.Advance(TimeSpan.FromMinutes(15))),
                });
                break;
        }

        var body = (await RequestsAsync(receiver, 1)).Single();
        Assert.Contains(end == "purged" ? "CANCELLED" : end, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_IsTriedThreeTimes_TenSecondsApart_AndNoMore()
    {
        // A redirect is followed no more than any other refusal.
        await using var receiver = new LyingServer(
            LyingServer.Says(500, "<html>"), LyingServer.Says(302, "", "Location: http://127.0.0.1:1/\r\n"), LyingServer.Closes, LyingServer.Says(200, ""));
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        await EndedAsync(host, client, receiver);

        for (var tries = 1; tries <= 3; tries++)
        {
            await RequestsAsync(receiver, tries);
            await SettledAsync(host, tries);
            Assert.Equal(1, Left(host, $"webhook_at = {Micros.From(_time.GetUtcNow() + Pause)}"));
            _time.Advance(Pause);
        }

        _time.Advance(Pause * 3);
        await EndedAsync(host, client, receiver);
        await RequestsAsync(receiver, 4);
        Assert.Equal([1, 3], receiver.Requests.CountBy(request => request[request.IndexOf('{')..]).Select(said => said.Value).Order());
    }

    [Fact]
    public async Task Webhook_ThatWasHeard_IsNotCalledAgain()
    {
        await using var receiver = new LyingServer(LyingServer.Says(503, ""), LyingServer.Says(201, "{}"));
        await using var host = await GatewayHost.StartAsync(_folder, time: _time);
        using var client = host.Client();
        await EndedAsync(host, client, receiver);
        await SettledAsync(host, 1);
        _time.Advance(Pause);

        await RequestsAsync(receiver, 2);
        await SettledAsync(host, 3);
        _time.Advance(Pause * 3);
        await EndedAsync(host, client, receiver);

        await RequestsAsync(receiver, 3);
        Assert.Equal([1, 2], receiver.Requests.CountBy(request => request[request.IndexOf('{')..]).Select(said => said.Value).Order());
    }

    [Fact]
    public async Task Webhook_IsCalledAfterARestart()
    {
        await using var receiver = new LyingServer(LyingServer.Says(503, ""), LyingServer.Hangs, LyingServer.Says(200, ""));
        await using (var host = await GatewayHost.StartAsync(_folder, time: _time))
        {
            using var client = host.Client();
            await EndedAsync(host, client, receiver);
            await SettledAsync(host, 1);
            _time.Advance(Pause);
            await RequestsAsync(receiver, 2);
        }

        // The try that the end of the host cut off does not count.
        await using (var host = await GatewayHost.StartAsync(_folder, time: _time))
        {
            await RequestsAsync(receiver, 3);
            await SettledAsync(host, 3);
        }
    }

    [Fact]
    public async Task ReceiversThatDoNotAnswer_HinderNobody_AndAreGivenTenSeconds()
    {
        await using var deaf = new LyingServer(LyingServer.Hangs);
        await using var receiver = new LyingServer(LyingServer.Says(200, ""));
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { PingInterval = TimeSpan.FromMinutes(5) }, _time);
        using var client = host.Client();
        for (var i = 0; i < 10; i++)
        {
            await EndedAsync(host, client, deaf);
        }

        await RequestsAsync(deaf, 10);
        await EndedAsync(host, client, receiver);
        await RequestsAsync(receiver, 1);

        await SettledAsync(host, 3);
        _time.Advance(Pause);
        await Until.TrueAsync(() => Left(host, "webhook_tries_left = 2") == 10);
    }

    [Fact]
    public async Task Request_IsKeptUntilItsWebhookIsOver_AndARetryHasAWebhookOfItsOwn()
    {
        await using var receiver = new LyingServer(LyingServer.Says(500, ""), LyingServer.Says(200, ""));
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { PingInterval = TimeSpan.FromMinutes(5) }, _time);
        using var client = host.Client();
        var id = await AcceptedAsync(client, receiver, TimeSpan.FromMinutes(1));
        var other = await client.AcceptedAsync(with: request => request with { TimeToLive = TimeSpan.FromMinutes(1) });
        await host.Worker("w1").TakeIdAsync();
        await host.Worker("w1").TakeIdAsync();
        _time.Advance(TimeSpan.FromSeconds(59));
        await host.Worker("w1").ReportAsync(id, """{"error": "first"}""");
        await SettledAsync(host, 1);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Until.TrueAsync(async () => (await host.CallAsync("GET", $"status/{other}")).Status == 404);
        Assert.Equal(200, (await host.CallAsync("GET", $"status/{id}")).Status);

        await host.CallAsync("POST", $"retry/{id}");
        await host.Worker("w1").TakeIdAsync();
        await host.Worker("w1").ReportAsync(id, """{"error": "second"}""");

        Assert.Contains("\"error\":\"second\"", (await RequestsAsync(receiver, 2)).Last(), StringComparison.Ordinal);
    }

    private static Task<string> AcceptedAsync(RunPodClient client, LyingServer receiver, TimeSpan? timeToLive = null) =>
        client.AcceptedAsync(with: request => request with
        {
            Webhook = new Uri($"{receiver.Endpoint}/hook"),
            TimeToLive = timeToLive ?? request.TimeToLive,
        });

    /// <summary>A request with a webhook that has failed.</summary>
    private static async Task EndedAsync(GatewayHost host, RunPodClient client, LyingServer receiver)
    {
        var id = await AcceptedAsync(client, receiver);
        await host.Worker("w1").TakeIdAsync();
        await host.Worker("w1").ReportAsync(id, """{"error": "no idea"}""");
    }

    private static async Task<IReadOnlyCollection<string>> RequestsAsync(LyingServer receiver, int count)
    {
        await Until.TrueAsync(() => receiver.Requests.Count >= count);
        return receiver.Requests;
    }

    /// <summary>Waits until the outcome of so many tries is on record for one request; 3 also stands for one that was heard.</summary>
    private static Task SettledAsync(GatewayHost host, int tries) =>
        Until.TrueAsync(() => Left(host, $"finished_at is not null and webhook_tries_left = {3 - tries}") > 0);

    private static int Left(GatewayHost host, string condition) => host.Storage.Read(connection =>
        Dapper.SqlMapper.ExecuteScalar<int>(connection, $"select count(*) from gpu_requests where {condition}"));
}
