using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>What is done before anything is paid again: listening, waiting, asking, adopting.</summary>
public sealed class ReconciliationTests : LyingProviderTests
{
    [Fact]
    public async Task ALostAnswer_FromAnEndpointSeenEmptyTwice_IsSentAnewBeforeTheWaitIsOver()
    {
        Provider.OnRun = run => run == 1 ? RunAnswer.AcceptAndHangUp : RunAnswer.Accept;
        var jobId = await RenderAsync(unknownFateWait: LongWait);
        await Until.TrueAsync(() => QuietSince() is not null);
        Assert.Single(Provider.Accepted); // one look is not enough

        Backdate("quiet_since", TimeSpan.FromSeconds(30));
        await FinishAsync(await Provider.AcceptedAsync(2));

        await Host.UntilSucceededAsync(jobId);
        Assert.EndsWith(" no_sign_of_life", Ledger()[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALostAnswer_FromAnEndpointWithSomethingThatWeDoNotKnow_IsWaitedFor()
    {
        Provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        Provider.InQueue = 1;
        var jobId = await RenderAsync(unknownFateWait: LongWait);
        await Host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");

        await Until.TrueAsync(() => Provider.HealthLooks >= 5);
        Assert.Null(QuietSince());
        Provider.InQueue = 0;
        await Until.TrueAsync(() => QuietSince() is not null);
        Provider.InQueue = 1;
        await Until.TrueAsync(() => QuietSince() is null);
    }

    [Fact]
    public async Task OurOwnRequestsAtTheEndpoint_DoNotCountAsSomethingUnknown()
    {
        Provider.OnRun = run => run == 2 ? RunAnswer.AcceptAndHangUp : RunAnswer.Accept;
        Provider.InQueue = 1;
        var known = await RenderAsync(unknownFateWait: LongWait);
        await Host.UntilAsync(known, job => job.Step == 1);

        await PostAsync();

        await Until.TrueAsync(() => QuietSince() is not null);
    }

    [Fact]
    public async Task Held_ByTheOwnersWish_NothingIsPaidAgain_AndASignLetsItGoOn()
    {
        Provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(ShortWait, "--RunPod:OnUnknownFate", "hold");
        var request = await Provider.AcceptedAsync(1);
        await Host.UntilAsync(jobId, job => job is { Status: JobStatus.Running, Phase: "held", HeldReason: "fate_unknown" });

        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AnAttemptThatWasGivenUp_AndFinishesAllTheSame_IsAdopted_AndTheOtherCancelled()
    {
        Provider.OnRun = run => run == 1 ? RunAnswer.AcceptAndHangUp : RunAnswer.Accept;
        var jobId = await RenderAsync(unknownFateWait: ShortWait);
        var (first, second) = (await Provider.AcceptedAsync(1), await Provider.AcceptedAsync(2));
        await Host.UntilAsync(jobId, job => job.Step == 1);

        await TestWorker.DeliverAsync(first, await TestVideo.BytesAsync());

        await Host.UntilSucceededAsync(jobId);
        await Until.TrueAsync(() => Ledger().SequenceEqual(["finished  ", $"canceled {second.Id} no_sign_of_life"]));
        Assert.Equal([second.Id], Provider.Cancelled);
        Assert.Contains(first.AttemptId, Host.Desk.Find(jobId)!.Value.Outputs[0].Key.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProviderThatIsAway_FailsNoJob_AndItsWorkersResultIsTakenMeanwhile()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.OnStatus = _ => LyingProvider.Away;
        await Host.UntilAsync(jobId, job => job.HeldReason?.StartsWith("retrying: ", StringComparison.Ordinal) == true);
        Assert.Equal(0, Host.Read(db => db.FindStep(jobId, 1))!.Tries);

        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await Host.UntilSucceededAsync(jobId);
        Assert.Equal([$"finished {request.Id} "], Ledger());
    }

    [Fact]
    public async Task AWorkerThatIsAtWorkForEver_EndsByItsOwnDeadline_AndIsCancelled()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.OnStatus = taken => $$"""{"id":"{{taken.Id}}","status":"IN_PROGRESS"}""";
        await Until.TrueAsync(() => Host.Read(db => db.CurrentAttempt(jobId))!.RunningSince is not null);

        Clock.Jump(TimeSpan.FromHours(9)); // asleep, and the worker perhaps with us
        await Provider.LookedAsync(2);
        Assert.Equal(JobStatus.Running, Stand(jobId).Status);
        Clock.Pass(TimeSpan.FromMinutes(21));
        var job = await Host.UntilOverAsync(jobId);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.StartsWith("The worker disappeared", job.Error, StringComparison.Ordinal);
        Assert.Equal([request.Id], Provider.Cancelled);
        Assert.Equal([$"failed {request.Id} "], Ledger());
    }

    [Fact]
    public async Task AWorkerThatDied_IsReplacedOnce_WithTheReason()
    {
        var (jobId, first) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.OnStatus = taken => $$"""{"id":"{{taken.Id}}","status":"FAILED","error":"job timed out after 1 retries","retries":1,"executionTime":2500}""";

        var job = await Host.UntilOverAsync(jobId);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Equal(2, Provider.Accepted.Count);
        Assert.Equal([$"superseded {first.Id} ", $"failed {Provider.Accepted[1].Id} lost_worker"], Ledger());
        Assert.Equal([2.5, 2.5], Host.Read(db => db.List<double>("select seconds from attempts order by number")));
    }

    [Theory]
    [InlineData("""{"status":"COMPLETED","output":OUTPUT,"executionTime":1500}""", JobStatus.Succeeded)]
    [InlineData("""{"status":"FAILED","error":"out_of_memory: twice"}""", JobStatus.Failed)]
    public async Task WhatTheProviderToldByItself_CountsWhenItNoLongerKnowsTheRequest(string body, JobStatus end)
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        var video = Convert.ToBase64String(await TestVideo.BytesAsync());
        body = body.Replace("OUTPUT", $$"""{"files":[{"name":"video","content_type":"video/mp4","base64":"{{video}}"}]}""", StringComparison.Ordinal);
        Provider.OnStatus = _ => LyingProvider.NotFound;

        Host.Write(db => db.Execute(
            "insert into webhooks values (@attempt, 'X', @Id, @body, 1)", new { attempt = request.AttemptId, request.Id, body }));

        Assert.Equal(end, (await Host.UntilOverAsync(jobId)).Status);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AClaimedRequestThatTheProviderForgot_IsWaitedForAsLongAsItsWorkerMayRun()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: ShortWait);
        await TestWorker.ClaimAsync(request);
        Provider.OnStatus = _ => LyingProvider.NotFound;
        await Until.TrueAsync(() => Host.Read(db => db.CurrentAttempt(jobId))!.MissingSince is not null);
        Backdate("missing_since", TimeSpan.FromMinutes(10));
        await Provider.LookedAsync(3);
        Assert.Single(Provider.Accepted);

        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AFailedJobInTheTrash_WhoseRequestIsStillOpen_IsCancelledAtTheProvider()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Execute("update jobs set status = 'FAILED', phase = null, finished_at = 1");

        using var answer = await Host.Http.DeleteAsync($"/jobs/{jobId}");
        Assert.True(answer.IsSuccessStatusCode);

        await Until.TrueAsync(() => Ledger().SequenceEqual([$"canceled {request.Id} "]));
        Assert.Equal([request.Id], Provider.Cancelled);
    }

    private long? QuietSince() => Host.Read(db => db.Scalar<long?>("select max(quiet_since) from attempts"));
}
