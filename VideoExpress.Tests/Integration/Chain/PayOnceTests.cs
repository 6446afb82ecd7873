using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Maintenance;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>The provider lies, forgets and hangs up; what it has accepted is counted as paid.</summary>
public sealed class PayOnceTests : LyingProviderTests
{
    [Theory]
    [InlineData(nameof(RunAnswer.AcceptAndHangUp))]
    [InlineData(nameof(RunAnswer.AcceptAndSay500))]
    public async Task ALostAnswer_WithAClaimInTheStore_IsAdopted_AndPaidOnce(string lie)
    {
        Provider.OnRun = _ => Enum.Parse<RunAnswer>(lie);
        var jobId = await RenderAsync(unknownFateWait: LongWait);
        var request = await Provider.AcceptedAsync(1);
        await Host.UntilAsync(jobId, job => job is { Phase: JobPhase.Submitting, HeldReason: "fate_unknown" });

        await TestWorker.ClaimAsync(request);
        await Host.UntilAsync(jobId, job => job is { Step: 1, HeldReason: null });
        await FinishAsync(request);

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
        Assert.Equal([$"finished {request.Id} "], Ledger());
    }

    [Fact]
    public async Task ALostAnswer_WithAResultInTheStore_IsAdopted_AndPaidOnce()
    {
        Provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(unknownFateWait: LongWait);

        await TestWorker.DeliverAsync(await Provider.AcceptedAsync(1), await TestVideo.BytesAsync());

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task ALostAnswer_AndNoSign_IsSupersededAfterTheWait_AndSentAnewWithItsReason()
    {
        Provider.OnRun = run => run == 1 ? RunAnswer.AcceptAndHangUp : RunAnswer.Accept;
        var jobId = await RenderAsync(unknownFateWait: ShortWait);
        var first = await Provider.AcceptedAsync(1);
        var second = await Provider.AcceptedAsync(2);

        Assert.True(await IsSupersededAsync(first));
        await FinishAsync(second);
        await Host.UntilSucceededAsync(jobId);
        Assert.Equal(["superseded  ", $"finished {second.Id} no_sign_of_life"], Ledger());
    }

    [Fact]
    public async Task AReasonOutlivesACrash_BetweenGivingUpAndSendingAnew()
    {
        Provider.OnRun = run => run switch { 1 => RunAnswer.AcceptAndHangUp, 2 => RunAnswer.Refuse, _ => RunAnswer.Accept };
        await RenderAsync(unknownFateWait: ShortWait);

        // The refusal in between leaves just what such a crash leaves: a superseded attempt, and a step that starts anew.
        var last = await Provider.AcceptedAsync(2);

        await Until.TrueAsync(() => Ledger().SequenceEqual(["superseded  ", "refused  no_sign_of_life", $"submitted {last.Id} no_sign_of_life"]));
    }

    [Fact]
    public async Task NoMoreThanMaxSubmissionsArePaid()
    {
        Provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(ShortWait, "--RunPod:MaxSubmissions", "2");

        var job = await Host.UntilOverAsync(jobId);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Contains("RunPod:MaxSubmissions", job.Error, StringComparison.Ordinal);
        Assert.Equal(2, Provider.Accepted.Count);
    }

    [Fact]
    public async Task ARefusal_IsNotPaid_AndTheNextAttemptHasNoReason()
    {
        Provider.OnRun = run => run == 1 ? RunAnswer.Refuse : RunAnswer.Accept;
        var jobId = await RenderAsync(unknownFateWait: LongWait);
        var request = await Provider.AcceptedAsync(1);

        await FinishAsync(request);

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
        Assert.Equal(["refused  ", $"finished {request.Id} "], Ledger());
    }

    [Fact]
    public async Task ALostAnswer_OfAProviderThatKnowsAttempts_IsAskedForAgain_AndARefusalOfThatSaysNothing()
    {
        Provider.KnowsAttempts = true;
        Provider.OnRun = run => run switch { 1 => RunAnswer.AcceptAndHangUp, 2 => RunAnswer.Refuse, _ => RunAnswer.Accept };
        var jobId = await RenderAsync(unknownFateWait: LongWait);

        var request = await Provider.AcceptedAsync(1);
        await Until.TrueAsync(() => Ledger().SequenceEqual([$"submitted {request.Id} "]));
        await FinishAsync(request);

        await Host.UntilSucceededAsync(jobId);
        Assert.Equal([$"finished {request.Id} "], Ledger());
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task ABlipOf404_IsWaitedOut_AndPaidOnce()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        var known = Provider.OnStatus;

        Provider.OnStatus = _ => LyingProvider.NotFound;
        await Host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");
        await Provider.LookedAsync(3);
        Provider.OnStatus = known;
        await Host.UntilAsync(jobId, job => job.HeldReason is null);
        Assert.Null(Host.Read(db => db.CurrentAttempt(jobId))!.MissingSince);
        await FinishAsync(request);

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
        Assert.False(await IsSupersededAsync(request));
    }

    [Fact]
    public async Task A404RightAfterTheSubmission_IsNotYetVisible_AndNothingElse()
    {
        Provider.OnStatus = _ => LyingProvider.NotFound;
        var jobId = await RenderAsync(unknownFateWait: "00:00:00");

        await Provider.LookedAsync(5);

        Assert.Single(Provider.Accepted);
        Assert.Null(Host.Read(db => db.CurrentAttempt(jobId))!.MissingSince);
    }

    [Fact]
    public async Task A404ForEver_IsPaidAgain_OnlyAfterTheWait_AndAsLostWorker()
    {
        var (jobId, first) = await InFlightAsync(unknownFateWait: "00:00:05");
        Provider.OnStatus = request => request.Id == first.Id ? LyingProvider.NotFound : InQueue(request);
        await Host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");

        Backdate("missing_since", TimeSpan.FromHours(9)); // the server was down over night: nobody has listened since
        await Provider.LookedAsync(2);
        Assert.Single(Provider.Accepted);
        var second = await Provider.AcceptedAsync(2);

        Assert.True(await IsSupersededAsync(first));
        await FinishAsync(second);
        await Host.UntilSucceededAsync(jobId);
        Assert.Equal([$"superseded {first.Id} ", $"finished {second.Id} lost_worker"], Ledger());
    }

    [Fact]
    public async Task AResultInTheStore_IsTaken_ThoughTheProviderSays404()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.OnStatus = _ => LyingProvider.NotFound;
        await Host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");

        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await Host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task CompletedWithoutOutput_Fails_AndOnlyItsOwnersRetryPaysAgain()
    {
        Provider.OnStatus = request => $$"""{"id":"{{request.Id}}","status":"COMPLETED","executionTime":1200}""";
        var jobId = await RenderAsync(unknownFateWait: LongWait);

        var job = await Host.UntilOverAsync(jobId);

        Assert.Equal((JobStatus.Failed, 1), (job.Status, Provider.Accepted.Count));
        Assert.Contains("without a file", job.Error, StringComparison.Ordinal);
        Provider.OnStatus = InQueue;
        Requeue(jobId, job.Step!.Value);
        await Provider.AcceptedAsync(2);
        Assert.EndsWith(" user_retry", Ledger()[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IN_QUEUE")]
    [InlineData("404")]
    public async Task ARequestPastItsTime_FailsAsLost_AndIsNotPaidAgain(string status)
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.OnStatus = taken => status == "404" ? LyingProvider.NotFound : InQueue(taken);

        Backdate("created_at", TimeSpan.FromHours(25));
        var job = await Host.UntilOverAsync(jobId);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.StartsWith("The request is lost", job.Error, StringComparison.Ordinal);
        Assert.Equal([$"failed {request.Id} "], Ledger());
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task ACancelWithoutAnId_LeavesAMarker_AndIsToldWhenTheClaimAppears()
    {
        Provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(unknownFateWait: LongWait);
        var request = await Provider.AcceptedAsync(1);
        await Host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");

        Host.Desk.Cancel(jobId);
        await Until.TrueAsync(() => IsSupersededAsync(request));
        Assert.Equal((JobStatus.Canceled, JobPhase.Canceling), Stand(jobId));
        await TestWorker.ClaimAsync(request);

        await Host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null });
        Assert.Equal([request.Id], Provider.Cancelled);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task ACancelDuringASubmission_WaitsForItsId_AndTellsTheProvider()
    {
        Provider.OnRun = _ => RunAnswer.AcceptSlowly;
        var jobId = await RenderAsync(unknownFateWait: LongWait);
        var request = await Provider.AcceptedAsync(1);

        Host.Desk.Cancel(jobId);
        Assert.Equal((JobStatus.Canceled, JobPhase.Canceling), Stand(jobId));
        Provider.Slowly.SetResult();

        await Host.UntilAsync(jobId, job => job.Phase is null);
        Assert.Equal([request.Id], Provider.Cancelled);
        Assert.Equal([$"canceled {request.Id} "], Ledger());
    }

    [Fact]
    public async Task AStepWhoseJobIsCancelledMeanwhile_SendsNothing()
    {
        Provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(unknownFateWait: LongWait);
        var job = await Host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");
        var turn = new Turn(job, Host.Read(db => db.FindStep(jobId, 0))!);
        Host.Desk.Cancel(jobId);
        Provider.KnowsAttempts = true;
        var submission = Host.Services.GetRequiredService<Submission>();
        var reconciliation = Host.Services.GetRequiredService<Reconciliation>();

        Assert.Equal(RequestFate.NotSent, await reconciliation.ResolveAsync(turn, Host.Read(db => db.CurrentAttempt(jobId))!, CancellationToken.None));
        Assert.Equal(RequestFate.NotSent, await submission.SendNewAsync(turn, CancellationToken.None));

        Assert.Single(Provider.Accepted);
        Assert.Single(Ledger());
    }

    [Fact]
    public async Task CancelsThatRaceSubmissions_LeaveNothingAtTheProvider()
    {
        await StartAsync(LongWait);
        var jobs = new List<Guid>();
        for (var number = 0; number < 20; number++)
        {
            var jobId = await PostAsync();
            jobs.Add(jobId);
            await Task.Delay(TimeSpan.FromMilliseconds(number), TimeProvider.System, CancellationToken.None);
            Host.Desk.Cancel(jobId);
        }

        foreach (var jobId in jobs)
        {
            await Host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null });
        }

        Assert.Equal(Provider.Accepted.Select(request => request.Id).Order(), Provider.Cancelled.Distinct().Order());
        Assert.Empty(Host.Read(db => db.JobsWithStrays()));
    }

    [Fact]
    public async Task ACancelledJobThatIsAtWorkAllTheSame_IsFound_AndTheProviderTold()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Execute("update jobs set status = 'CANCELED', phase = null");

        Host.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<Reconciler>().Single().RunOnce(CancellationToken.None);

        await Host.UntilAsync(jobId, job => job.Phase is null);
        Assert.Equal([request.Id], Provider.Cancelled);
        Assert.Equal([$"canceled {request.Id} "], Ledger());
    }

    [Fact]
    public async Task ACancelThatIsNeverAnswered_EndsOnceTheRequestMustBeOver()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: LongWait);
        Provider.Cancels = false;
        Backdate("created_at", TimeSpan.FromHours(24.2)); // past its time to live, but not yet past its run and the margin
        Host.Desk.Cancel(jobId);
        await Host.UntilAsync(jobId, _ => Host.Read(db => db.FindStep(jobId, StepTable.CancelOrdinal)) is { Tries: > 0 });
        Assert.Equal((JobStatus.Canceled, JobPhase.Canceling), Stand(jobId));

        Backdate("created_at", TimeSpan.FromHours(2));

        await Host.UntilAsync(jobId, job => job.Phase is null);
        Assert.Equal([$"canceled {request.Id} "], Ledger());
    }
}
