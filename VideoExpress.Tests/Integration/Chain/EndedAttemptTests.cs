using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>What ended, or seems to have ended, is bought again on its owner's word only, and never beside a result that is there.</summary>
public sealed class EndedAttemptTests : LyingProviderTests
{
    [Fact]
    public async Task AFailureThatWasWrittenBeforeTheProcessEnded_FailsTheJob_AndBuysNothing()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Execute("update attempts set state = 'failed', error = 'out_of_memory: twice'"); // and the job's own failure is not written

        Requeue(jobId, 1);
        var job = await Host.UntilOverAsync(jobId);

        Assert.Equal((JobStatus.Failed, "out_of_memory: twice"), (job.Status, job.Error));
        Assert.Equal([$"failed {request.Id} "], Ledger());
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AResultThatComesAfterTheFailure_IsTakenByARetry_AndNotBoughtAgain()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.OnStatus = taken => $$"""{"id":"{{taken.Id}}","status":"FAILED","error":"CUDA error"}""";
        await Host.UntilOverAsync(jobId);
        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        using var answer = await Host.Http.PostAsync($"/jobs/{jobId}/retry", null);
        Assert.True(answer.IsSuccessStatusCode);

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AWrongKey_FailsNoJob_AndTheWorkersResultIsTaken()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.OnStatus = _ => LyingProvider.Unauthorized;
        await Host.UntilAsync(jobId, job => job.HeldReason?.StartsWith("retrying: ", StringComparison.Ordinal) == true);

        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AnotherWorkerThatTookTheRequest_HasItsWholeTime()
    {
        var (jobId, _) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.OnStatus = taken => $$"""{"id":"{{taken.Id}}","status":"IN_PROGRESS","workerId":"a"}""";
        await Until.TrueAsync(() => Current(jobId).RunningAs == "a 0");
        Backdate("running_since", TimeSpan.FromHours(1));

        Provider.OnStatus = taken => $$"""{"id":"{{taken.Id}}","status":"IN_PROGRESS","workerId":"b","retries":1}""";
        await Until.TrueAsync(() => Current(jobId).RunningAs == "b 1");

        Assert.True(TimeProvider.System.GetUtcNow() - Current(jobId).RunningSince < TimeSpan.FromMinutes(5));
        Assert.Equal(JobStatus.Running, Stand(jobId).Status);
    }

    [Fact]
    public async Task AClaimThatDoesNotSayItsRequest_IsASignOfLife()
    {
        Provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(unknownFateWait: ShortWait);
        var request = await Provider.AcceptedAsync(1);
        await TestWorker.ClaimAsync(request, saysWhich: false);
        var looks = Provider.HealthLooks;

        Assert.Equal("fate_unknown", (await Host.UntilAsync(jobId, job => job.HeldReason is not null)).HeldReason);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None); // twice the wait
        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
        Assert.True(Provider.HealthLooks - looks <= 1);
    }

    [Fact]
    public async Task A404ThatLasts_IsHeldByTheOwnersWish()
    {
        var jobId = await RenderAsync(ShortWait, "--RunPod:OnUnknownFate", "hold");
        await Host.UntilAsync(jobId, job => job is { Step: 1, Phase: JobPhase.InGpuQueue });
        Backdate("created_at", TimeSpan.FromMinutes(2));
        Provider.OnStatus = _ => LyingProvider.NotFound;

        await Host.UntilAsync(jobId, job => job is { Phase: JobPhase.Held, HeldReason: "fate_unknown" });

        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public void AKey_IsSentToTheHostThatItIsConfiguredFor()
    {
        var keys = new Dictionary<string, string>();
        using var endpoints = new GpuEndpoints(
            new RunPodSettings { Endpoint = new Uri("https://api.runpod.ai/v2/new"), ApiKey = "secret" },
            (endpoint, key) =>
            {
                keys[endpoint.AbsoluteUri] = key;
                return ARunPodClient.For(endpoint);
            },
            () => throw new NotSupportedException());

        endpoints.Client("https://api.runpod.ai/v2/old");
        endpoints.Client("http://home.example/v2/x");

        Assert.Equal(["secret", ""], keys.Values);
    }

    private Attempt Current(Guid jobId) => Host.Read(db => db.CurrentAttempt(jobId))!;
}
