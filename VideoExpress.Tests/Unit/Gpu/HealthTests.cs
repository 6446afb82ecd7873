using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_ReadsRunPodsAnswer_AndPromisesNothing()
    {
        var health = await AskAsync("""
            {"jobs":{"completed":1,"failed":2,"inProgress":3,"inQueue":4,"retried":5},
             "workers":{"idle":6,"initializing":7,"ready":8,"running":9,"throttled":10,"unhealthy":11}}
            """);

        Assert.Equal(
            new GpuHealth(new GpuJobs(1, 2, 3, 4, 5), new GpuWorkers(6, 7, 8, 9, 10, 11), SubmitIsIdempotent: false, Problem: null), health);
        Assert.False(health.HasNoWorkers);
    }

    [Fact]
    public async Task Health_SeesAnEndpointWithoutWorkers() =>
        Assert.True((await AskAsync("""{"jobs":{"inQueue":1},"workers":{"idle":0,"running":0}}""")).HasNoWorkers);

    [Theory]
    [InlineData("\"attempt_id\"", true)]
    [InlineData("\"other\"", false)]
    [InlineData("true", false)]
    public async Task Health_PromisesIdempotentSubmits_OnlyInTheseWords(string key, bool isIdempotent) =>
        Assert.Equal(isIdempotent, (await AskAsync($$"""{"jobs":{},"workers":{},"idempotent_key":{{key}}}""")).SubmitIsIdempotent);

    [Fact]
    public async Task Health_IsAskedOnce_WhenTheProviderIsOutOfOrder()
    {
        await using var server = new LyingServer(LyingServer.Says(502, ""));
        using var client = ARunPodClient.For(server.Endpoint);

        Assert.True((await Assert.ThrowsAsync<GpuException>(() => client.GetHealthAsync(CancellationToken.None))).CanHeal);

        Assert.Single(server.Requests);
    }

    private static async Task<GpuHealth> AskAsync(string body)
    {
        await using var server = new LyingServer(LyingServer.Says(200, body));
        using var client = ARunPodClient.For(server.Endpoint);
        return await client.GetHealthAsync(CancellationToken.None);
    }
}
