using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

public sealed class CancelTests
{
    [Theory]
    [InlineData(200, """{"id":"a-u1","status":"CANCELLED"}""", CancelResult.Acknowledged)]
    [InlineData(200, """{"id":"a-u1","status":"COMPLETED"}""", CancelResult.AlreadyOver)]
    [InlineData(200, """{"id":"a-u1","status":"FAILED"}""", CancelResult.AlreadyOver)]
    [InlineData(200, """{"id":"a-u1","status":"TIMED_OUT"}""", CancelResult.AlreadyOver)]
    [InlineData(404, """{"error":"job not found"}""", CancelResult.UnknownId)]
    public async Task Cancel_IsMapped(int http, string body, CancelResult result)
    {
        await using var server = new LyingServer(LyingServer.Says(http, body));
        using var client = ARunPodClient.For(server.Endpoint);

        Assert.Equal(result, await client.CancelAsync("a-u1", CancellationToken.None));

        Assert.StartsWith("POST /v2/ep/cancel/a-u1 HTTP/1.1", Assert.Single(server.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_MustBeAskedAgain_WhenTheRequestGoesOn()
    {
        await using var server = new LyingServer(LyingServer.Says(200, """{"status":"IN_PROGRESS"}"""));
        using var client = ARunPodClient.For(server.Endpoint);

        Assert.True((await Assert.ThrowsAsync<GpuException>(() => client.CancelAsync("a-u1", CancellationToken.None))).CanHeal);
    }
}
