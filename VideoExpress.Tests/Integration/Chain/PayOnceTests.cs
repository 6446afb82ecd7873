using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Maintenance;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>The provider lies, forgets and hangs up; what it has accepted is counted as paid.</summary>
public sealed class PayOnceTests : IAsyncLifetime
{
    private const string Long = "01:00:00";
    private const string Short = "00:00:00.500";

    private LyingProvider _provider = null!;
    private ChainHost _host = null!;

    public async Task InitializeAsync() => _provider = await LyingProvider.StartAsync();

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData(nameof(RunAnswer.AcceptAndHangUp))]
    [InlineData(nameof(RunAnswer.AcceptAndSay500))]
    public async Task ALostAnswer_WithAClaimInTheStore_IsAdopted_AndPaidOnce(string lie)
    {
        _provider.OnRun = _ => Enum.Parse<RunAnswer>(lie);
        var jobId = await RenderAsync(unknownFateWait: Long);
        var request = await _provider.AcceptedAsync(1);
        await _host.UntilAsync(jobId, job => job is { Phase: JobPhase.Submitting, HeldReason: "fate_unknown" });

        await TestWorker.ClaimAsync(request);
        await _host.UntilAsync(jobId, job => job is { Step: 1, HeldReason: null });
        await FinishAsync(request);

        await _host.UntilSucceededAsync(jobId);
        Assert.Single(_provider.Accepted);
        Assert.Equal([$"finished {request.Id} "], Ledger());
    }

    [Fact]
    public async Task ALostAnswer_WithAResultInTheStore_IsAdopted_AndPaidOnce()
    {
        _provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(unknownFateWait: Long);

        await TestWorker.DeliverAsync(await _provider.AcceptedAsync(1), await TestVideo.BytesAsync());

        await _host.UntilSucceededAsync(jobId);
        Assert.Single(_provider.Accepted);
    }

    [Fact]
    public async Task ALostAnswer_AndNoSign_IsSupersededAfterTheWait_AndSentAnewWithItsReason()
    {
        _provider.OnRun = run => run == 1 ? RunAnswer.AcceptAndHangUp : RunAnswer.Accept;
        var jobId = await RenderAsync(unknownFateWait: Short);
        var first = await _provider.AcceptedAsync(1);
        var second = await _provider.AcceptedAsync(2);

        Assert.True(await IsSupersededAsync(first));
        await FinishAsync(second);
        await _host.UntilSucceededAsync(jobId);
        Assert.Equal(["superseded  ", $"finished {second.Id} no_sign_of_life"], Ledger());
    }

    [Fact]
    public async Task AReasonOutlivesACrash_BetweenGivingUpAndSendingAnew()
    {
        _provider.OnRun = run => run switch { 1 => RunAnswer.AcceptAndHangUp, 2 => RunAnswer.Refuse, _ => RunAnswer.Accept };
        await RenderAsync(unknownFateWait: Short);

        // The refusal in between leaves just what such a crash leaves: a superseded attempt, and a step that starts anew.
        var last = await _provider.AcceptedAsync(2);

        await Until.TrueAsync(() => Ledger().SequenceEqual(["superseded  ", "refused  no_sign_of_life", $"submitted {last.Id} no_sign_of_life"]));
    }

    [Fact]
    public async Task NoMoreThanMaxSubmissionsArePaid()
    {
        _provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(Short, "--RunPod:MaxSubmissions", "2");

        var job = await _host.UntilOverAsync(jobId);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Contains("RunPod:MaxSubmissions", job.Error, StringComparison.Ordinal);
        Assert.Equal(2, _provider.Accepted.Count);
    }

    [Fact]
    public async Task ARefusal_IsNotPaid_AndTheNextAttemptHasNoReason()
    {
        _provider.OnRun = run => run == 1 ? RunAnswer.Refuse : RunAnswer.Accept;
        var jobId = await RenderAsync(unknownFateWait: Long);
        var request = await _provider.AcceptedAsync(1);

        await FinishAsync(request);

        await _host.UntilSucceededAsync(jobId);
        Assert.Single(_provider.Accepted);
        Assert.Equal(["refused  ", $"finished {request.Id} "], Ledger());
    }

    [Fact]
    public async Task ALostAnswer_OfAProviderThatKnowsAttempts_IsAskedForAgain_AndARefusalOfThatSaysNothing()
    {
        _provider.KnowsAttempts = true;
        _provider.OnRun = run => run switch { 1 => RunAnswer.AcceptAndHangUp, 2 => RunAnswer.Refuse, _ => RunAnswer.Accept };
        var jobId = await RenderAsync(unknownFateWait: Long);

        var request = await _provider.AcceptedAsync(1);
        await Until.TrueAsync(() => Ledger().SequenceEqual([$"submitted {request.Id} "]));
        await FinishAsync(request);

        await _host.UntilSucceededAsync(jobId);
        Assert.Equal([$"finished {request.Id} "], Ledger());
        Assert.Single(_provider.Accepted);
    }

    [Fact]
    public async Task ABlipOf404_IsWaitedOut_AndPaidOnce()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: Long);
        var known = _provider.OnStatus;

        _provider.OnStatus = _ => LyingProvider.NotFound;
        await _host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");
        await _provider.LookedAsync(3);
        _provider.OnStatus = known;
        await _host.UntilAsync(jobId, job => job.HeldReason is null);
        Assert.Null(_host.Read(db => db.CurrentAttempt(jobId))!.MissingSince);
        await FinishAsync(request);

        await _host.UntilSucceededAsync(jobId);
        Assert.Single(_provider.Accepted);
        Assert.False(await IsSupersededAsync(request));
    }

    [Fact]
    public async Task A404RightAfterTheSubmission_IsNotYetVisible_AndNothingElse()
    {
        _provider.OnStatus = _ => LyingProvider.NotFound;
        var jobId = await RenderAsync(unknownFateWait: "00:00:00");

        await _provider.LookedAsync(5);

        Assert.Single(_provider.Accepted);
        Assert.Null(_host.Read(db => db.CurrentAttempt(jobId))!.MissingSince);
    }

    [Fact]
    public async Task A404ForEver_IsPaidAgain_OnlyAfterTheWait_AndAsLostWorker()
    {
        var (jobId, first) = await InFlightAsync(unknownFateWait: Long);
        _provider.OnStatus = request => request.Id == first.Id ? LyingProvider.NotFound : InQueue(request);
        await _host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");
        await _provider.LookedAsync(3);
        Assert.Single(_provider.Accepted);

        Backdate("missing_since", TimeSpan.FromMinutes(59));
        await _provider.LookedAsync(3);
        Assert.Single(_provider.Accepted);

        Backdate("missing_since", TimeSpan.FromMinutes(2));
        var second = await _provider.AcceptedAsync(2);

        Assert.True(await IsSupersededAsync(first));
        await FinishAsync(second);
        await _host.UntilSucceededAsync(jobId);
        Assert.Equal([$"superseded {first.Id} ", $"finished {second.Id} lost_worker"], Ledger());
    }

    [Fact]
    public async Task AResultInTheStore_IsTaken_ThoughTheProviderSays404()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: Long);
        _provider.OnStatus = _ => LyingProvider.NotFound;
        await _host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");

        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await _host.UntilSucceededAsync(jobId);
        Assert.Single(_provider.Accepted);
    }

    [Fact]
    public async Task CompletedWithoutOutput_Fails_AndOnlyItsOwnersRetryPaysAgain()
    {
        _provider.OnStatus = request => $$"""{"id":"{{request.Id}}","status":"COMPLETED","executionTime":1200}""";
        var jobId = await RenderAsync(unknownFateWait: Long);

        var job = await _host.UntilOverAsync(jobId);

        Assert.Equal((JobStatus.Failed, 1), (job.Status, _provider.Accepted.Count));
        Assert.Contains("without a file", job.Error, StringComparison.Ordinal);
        _provider.OnStatus = InQueue;
        Requeue(jobId, job.Step!.Value);
        await _provider.AcceptedAsync(2);
        Assert.EndsWith(" user_retry", Ledger()[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IN_QUEUE")]
    [InlineData("404")]
    public async Task ARequestPastItsTime_FailsAsLost_AndIsNotPaidAgain(string status)
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: Long);
        _provider.OnStatus = taken => status == "404" ? LyingProvider.NotFound : InQueue(taken);

        Backdate("created_at", TimeSpan.FromHours(25));
        var job = await _host.UntilOverAsync(jobId);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.StartsWith("The request is lost", job.Error, StringComparison.Ordinal);
        Assert.Equal([$"failed {request.Id} "], Ledger());
        Assert.Single(_provider.Accepted);
    }

    [Fact]
    public async Task ACancelWithoutAnId_LeavesAMarker_AndIsToldWhenTheClaimAppears()
    {
        _provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(unknownFateWait: Long);
        var request = await _provider.AcceptedAsync(1);
        await _host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");

        _host.Desk.Cancel(jobId);
        await Until.TrueAsync(() => IsSupersededAsync(request));
        Assert.Equal((JobStatus.Canceled, JobPhase.Canceling), Stand(jobId));
        await TestWorker.ClaimAsync(request);

        await _host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null });
        Assert.Equal([request.Id], _provider.Cancelled);
        Assert.Single(_provider.Accepted);
    }

    [Fact]
    public async Task ACancelDuringASubmission_WaitsForItsId_AndTellsTheProvider()
    {
        _provider.OnRun = _ => RunAnswer.AcceptSlowly;
        var jobId = await RenderAsync(unknownFateWait: Long);
        var request = await _provider.AcceptedAsync(1);

        _host.Desk.Cancel(jobId);
        Assert.Equal((JobStatus.Canceled, JobPhase.Canceling), Stand(jobId));
        _provider.Slowly.SetResult();

        await _host.UntilAsync(jobId, job => job.Phase is null);
        Assert.Equal([request.Id], _provider.Cancelled);
        Assert.Equal([$"canceled {request.Id} "], Ledger());
    }

    [Fact]
    public async Task AStepWhoseJobIsCancelledMeanwhile_SendsNothing()
    {
        _provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await RenderAsync(unknownFateWait: Long);
        var job = await _host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");
        var turn = new Turn(job, _host.Read(db => db.FindStep(jobId, 0))!);
        _host.Desk.Cancel(jobId);
        _provider.KnowsAttempts = true;
        var submission = _host.Services.GetRequiredService<Submission>();
        var reconciliation = _host.Services.GetRequiredService<Reconciliation>();

        Assert.Equal(RequestFate.NotSent, await reconciliation.ResolveAsync(turn, _host.Read(db => db.CurrentAttempt(jobId))!, CancellationToken.None));
        Assert.Equal(RequestFate.NotSent, await submission.SendNewAsync(turn, CancellationToken.None));

        Assert.Single(_provider.Accepted);
        Assert.Single(Ledger());
    }

    [Fact]
    public async Task CancelsThatRaceSubmissions_LeaveNothingAtTheProvider()
    {
        await StartAsync(Long);
        var jobs = new List<Guid>();
        for (var number = 0; number < 20; number++)
        {
            var jobId = await PostAsync();
            jobs.Add(jobId);
            await Task.Delay(TimeSpan.FromMilliseconds(number), TimeProvider.System, CancellationToken.None);
            _host.Desk.Cancel(jobId);
        }

        foreach (var jobId in jobs)
        {
            await _host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null });
        }

        Assert.Equal(_provider.Accepted.Select(request => request.Id).Order(), _provider.Cancelled.Distinct().Order());
        Assert.Empty(_host.Read(db => db.JobsWithStrays()));
    }

    [Fact]
    public async Task ACancelledJobThatIsAtWorkAllTheSame_IsFound_AndTheProviderTold()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: Long);
        Execute("update jobs set status = 'CANCELED', phase = null");

        _host.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<Reconciler>().Single().RunOnce(CancellationToken.None);

        await _host.UntilAsync(jobId, job => job.Phase is null);
        Assert.Equal([request.Id], _provider.Cancelled);
        Assert.Equal([$"canceled {request.Id} "], Ledger());
    }

    [Fact]
    public async Task ACancelThatIsNeverAnswered_EndsOnceTheRequestMustBeOver()
    {
        var (jobId, request) = await InFlightAsync(unknownFateWait: Long);
        _provider.Cancels = false;
        Backdate("created_at", TimeSpan.FromHours(24.2)); // past its time to live, but not yet past its run and the margin
        _host.Desk.Cancel(jobId);
        await _host.UntilAsync(jobId, _ => _host.Read(db => db.FindStep(jobId, StepTable.CancelOrdinal)) is { Tries: > 0 });
        Assert.Equal((JobStatus.Canceled, JobPhase.Canceling), Stand(jobId));

        Backdate("created_at", TimeSpan.FromHours(2));

        await _host.UntilAsync(jobId, job => job.Phase is null);
        Assert.Equal([$"canceled {request.Id} "], Ledger());
    }

    private async Task<Guid> RenderAsync(string unknownFateWait, params string[] options)
    {
        await StartAsync(unknownFateWait, options);
        return await PostAsync();
    }

    /// <summary>A job whose request was accepted two minutes ago and waits in the provider's queue.</summary>
    private async Task<(Guid JobId, TakenRequest Request)> InFlightAsync(string unknownFateWait)
    {
        var jobId = await RenderAsync(unknownFateWait);
        await _host.UntilAsync(jobId, job => job is { Step: 1, Phase: JobPhase.InGpuQueue });
        Backdate("created_at", TimeSpan.FromMinutes(2));
        return (jobId, await _provider.AcceptedAsync(1));
    }

    private async Task StartAsync(string unknownFateWait, params string[] options) => _host = await ChainHost.StartAsync(
    [
        "--RunPod:Endpoint", _provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", "k", "--RunPod:UnknownFateWait", unknownFateWait, .. options,
    ]);

    private Task<Guid> PostAsync() => _host.PostAsync(
        "/jobs", """{"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"} }""");

    /// <summary>The worker puts its files; the provider says so at the next look.</summary>
    private async Task FinishAsync(TakenRequest request)
    {
        var result = await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());
        _provider.OnStatus = taken => taken.Id == request.Id
            ? $$"""{"id":"{{request.Id}}","status":"COMPLETED","executionTime":1500,"output":{{result.ToJsonString()}} }"""
            : InQueue(taken);
    }

    private static string InQueue(TakenRequest request) => $$"""{"id":"{{request.Id}}","status":"IN_QUEUE"}""";

    /// <summary>Every attempt: its state, request and reason.</summary>
    private List<string> Ledger() => _host.Read(db => db.List<string>(
        "select state || ' ' || coalesce(request_id, '') || ' ' || coalesce(reason, '') from attempts order by number"));

    private (JobStatus Status, string? Phase) Stand(Guid jobId) =>
        _host.Desk.Find(jobId) is { Job: var job } ? (job.Status, job.Phase) : throw new InvalidOperationException("There is no such job.");

    private static async Task<bool> IsSupersededAsync(TakenRequest request)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(request.Input["result_get_url"]!.GetValue<string>());
        return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync()).Contains("\"superseded\":true", StringComparison.Ordinal);
    }

    private void Backdate(string column, TimeSpan by) => Execute($"update attempts set {column} = {column} - {Micros.From(by)}");

    private void Execute(string sql)
    {
        using var unitOfWork = _host.Storage.BeginUnitOfWork();
        Assert.NotEqual(0, ((Db)unitOfWork).Execute(sql));
        unitOfWork.Commit();
    }

    private void Requeue(Guid jobId, int ordinal)
    {
        var client = (Hangfire.IBackgroundJobClient)_host.Services.GetService(typeof(Hangfire.IBackgroundJobClient))!;
        client.ChangeState(_host.Read(db => db.FindStep(jobId, ordinal))!.HangfireId, new Hangfire.States.EnqueuedState(), null);
    }
}
