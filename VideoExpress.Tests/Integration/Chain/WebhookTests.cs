using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu.Webhooks;
using VideoExpress.Tests.Integration.Hosting;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>The provider tells by itself that a request is over. No poll is due for ten minutes, so what happens here happens by that.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private LyingProvider _provider = null!;
    private ChainHost _host = null!;

    public async Task InitializeAsync()
    {
        _provider = await LyingProvider.StartAsync();
        _provider.OnStatus = InQueue;
        _host = await ChainHost.StartAsync(
            "--RunPod:Endpoint", _provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", "k", "--RunPod:PollInterval", "00:10:00",
            "--RunPod:UnknownFateWait", "01:00:00", "--Logging:Level", "Verbose");
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task AWebhook_BringsThePollForward()
    {
        var (jobId, request) = await InFlightAsync();
        await FinishAsync(request);

        Assert.Equal(HttpStatusCode.OK, await TellAsync(request));

        await _host.UntilSucceededAsync(jobId);
        Assert.Equal(["COMPLETED"], Told());
        Assert.DoesNotContain("webhook", _host.Read(db => db.Scalar<string>("select body from webhooks")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWebhookIsAHint_AndThePollAsksTheProviderAllTheSame()
    {
        var (jobId, request) = await InFlightAsync();

        await TellAsync(request, "FAILED", """ "error":"made up" """);
        await Until.TrueAsync(() => _provider.Looks == 2);

        await _host.UntilAsync(jobId, _ => StateOf(jobId, 1) == "Scheduled");
        Assert.Equal(JobStatus.Running, _host.Desk.Find(jobId)!.Value.Job.Status);
    }

    [Fact]
    public async Task AWebhookThatComesWhileThePollLooks_HasItLookAgainAtOnce()
    {
        using var release = new ManualResetEventSlim();
        using var looking = new SemaphoreSlim(0);
        _provider.OnStatus = taken =>
        {
            looking.Release();
            release.Wait(TimeSpan.FromSeconds(20));
            return InQueue(taken);
        };
        var jobId = await PostAsync();
        var request = await _provider.AcceptedAsync(1);
        Assert.True(await looking.WaitAsync(TimeSpan.FromSeconds(20)));
        await FinishAsync(request); // the next look sees it; the one under way does not

        Assert.Equal(HttpStatusCode.OK, await TellAsync(request));
        Assert.Equal("Processing", StateOf(jobId, 1));
        release.Set();

        await _host.UntilSucceededAsync(jobId);
    }

    [Fact]
    public async Task TheSameWebhookManyTimesAtOnce_IsOne()
    {
        var (jobId, request) = await InFlightAsync();
        await FinishAsync(request);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => TellAsync(request))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        await _host.UntilSucceededAsync(jobId);
        Assert.Equal(["COMPLETED"], Told());
        Assert.Equal(2, _provider.Looks); // the one before, and the one that it brought about
        Assert.Single(_provider.Accepted);
    }

    [Fact]
    public async Task ALateWebhook_OrOneOutOfOrder_ChangesNothing()
    {
        var (jobId, request) = await InFlightAsync();
        await FinishAsync(request);
        await TellAsync(request);
        await _host.UntilSucceededAsync(jobId);
        var before = _host.Desk.Find(jobId)!.Value.Job;

        foreach (var status in new[] { "IN_PROGRESS", "FAILED", "COMPLETED" })
        {
            Assert.Equal(HttpStatusCode.OK, await TellAsync(request, status));
        }

        Assert.Equal(before.Rev, _host.Desk.Find(jobId)!.Value.Job.Rev);
        Assert.Equal(2, _provider.Looks);
        Assert.Equal("COMPLETED", _host.Read(db => db.FinalWebhook(Guid.Parse(request.AttemptId)))!.Status);
    }

    [Fact]
    public async Task AWrongToken_IsNowhere_AndAnUnknownAttempt_IsNobody()
    {
        var (_, request) = await InFlightAsync();
        var url = request.Webhook!.AbsoluteUri;
        var unknown = new Uri(request.Webhook, _host.Services.GetRequiredService<WebhookTokens>().Of(Guid.CreateVersion7()));

        foreach (var forged in new[] { url[..^1] + (url[^1] == 'A' ? 'B' : 'A'), url[..^40], url + "A", new Uri(request.Webhook, "x").AbsoluteUri })
        {
            Assert.Equal(HttpStatusCode.NotFound, await TellAsync(request, at: new Uri(forged)));
        }

        Assert.Equal(HttpStatusCode.OK, await TellAsync(request, at: unknown));
        Assert.Empty(Told());
    }

    [Fact]
    public async Task AServerWithAKey_AsksTheProviderForTheTokenAlone()
    {
        await using var server = await RunningServer.StartAsync(["--ApiKey", "key-of-the-server"]);
        var token = server.App.Services.GetRequiredService<WebhookTokens>().Of(Guid.CreateVersion7());

        Assert.Equal(HttpStatusCode.OK, await PostAsync(new Uri(server.Http.BaseAddress!, $"/webhooks/runpod/{token}"), "{}"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(new Uri(server.Http.BaseAddress!, $"/webhooks/runpod/{token}A"), "{}"));
    }

    [Fact]
    public async Task AWebhook_MakesALostRequestIdKnown()
    {
        _provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await PostAsync();
        var request = await _provider.AcceptedAsync(1);
        await _host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown" && StateOf(jobId, 0) == "Scheduled");

        await TellAsync(request, "IN_PROGRESS");

        await _host.UntilAsync(jobId, job => job is { Step: 1, HeldReason: null });
        Assert.Equal((AttemptState.Submitted, request.Id), _host.Read(db => db.CurrentAttempt(jobId)) is { } attempt ? (attempt.State, attempt.RequestId) : default);
        await FinishAsync(request);
        await TellAsync(request);
        await _host.UntilSucceededAsync(jobId);
        Assert.Single(_provider.Accepted);
    }

    [Fact]
    public async Task AWebhook_IsASignForACancelThatWaitsForOne()
    {
        _provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        var jobId = await PostAsync();
        var request = await _provider.AcceptedAsync(1);
        await _host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");
        _host.Desk.Cancel(jobId);
        await _host.UntilAsync(jobId, _ => StateOf(jobId, StepTable.CancelOrdinal) == "Scheduled");

        await TellAsync(request, "IN_PROGRESS");

        await _host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null });
        Assert.Equal([request.Id], _provider.Cancelled);
        Assert.Equal(1, _host.Read(db => db.Scalar<int>("select count(*) from hangfire_state where reason = 'The provider says IN_PROGRESS.'")));
    }

    [Fact]
    public async Task WhatCannotBeRead_IsAnswered_AndLogged_AndTooMuchIsRefused()
    {
        var (_, request) = await InFlightAsync();

        Assert.Equal(HttpStatusCode.OK, await PostAsync(request.Webhook!, "<html>"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await PostAsync(request.Webhook!, new string(' ', (42 << 20) + 1)));

        Assert.Empty(Told());
        await Until.TrueAsync(() => _host.LogText.Split('\n').Any(line =>
            line.Contains("could not be read", StringComparison.Ordinal) && line.Contains(request.AttemptId, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task NoLogHasTheToken()
    {
        var (jobId, request) = await InFlightAsync();
        await FinishAsync(request);
        await TellAsync(request);
        await TellAsync(request, at: new Uri(request.Webhook!.AbsoluteUri + "A"));
        await _host.UntilSucceededAsync(jobId);

        await Until.TrueAsync(() => _host.LogText.Split('\n').Any(line =>
            line.Contains("/webhooks/runpod/***", StringComparison.Ordinal) && line.Contains("404", StringComparison.Ordinal)));
        var signature = request.Webhook.Segments[^1][32..];
        Assert.DoesNotContain(signature, _host.LogText, StringComparison.Ordinal);
        Assert.Equal(0, _host.Read(db => db.Scalar<int>(
            "select count(*) from hangfire_job where invocation like @secret or parameters like @secret", new { secret = $"%{signature}%" })));
    }

    [Fact]
    public async Task ARemovedJob_ForgetsWhatWasTold_AndHearsNoMore()
    {
        var (jobId, request) = await InFlightAsync();
        await FinishAsync(request);
        await TellAsync(request);
        await _host.UntilSucceededAsync(jobId);
        _host.Write(db => db.Execute("update jobs set retention = 'removing', trashed_at = 1, trash_reason = 'deleted'"));

        using (var unitOfWork = _host.Storage.BeginUnitOfWork())
        {
            Assert.True(_host.Services.GetRequiredService<JobTransitions>().EndRemoval(unitOfWork, jobId));
            unitOfWork.Commit();
        }

        Assert.Equal(HttpStatusCode.OK, await TellAsync(request));
        Assert.Empty(Told());
    }

    /// <summary>A job whose request is in the provider's queue, with the next poll in ten minutes.</summary>
    private async Task<(Guid JobId, TakenRequest Request)> InFlightAsync()
    {
        var jobId = await PostAsync();
        await _host.UntilAsync(jobId, job => job is { Step: 1, Phase: JobPhase.InGpuQueue } && _provider.Looks == 1 && StateOf(jobId, 1) == "Scheduled");
        return (jobId, await _provider.AcceptedAsync(1));
    }

    private Task<Guid> PostAsync() => _host.PostAsync(
        "/jobs", """{"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"} }""");

    /// <summary>The worker puts its files; the provider says so when it is asked.</summary>
    private async Task FinishAsync(TakenRequest request)
    {
        var result = await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());
        _provider.OnStatus = _ => $$"""{"id":"{{request.Id}}","status":"COMPLETED","executionTime":1500,"output":{{result.ToJsonString()}} }""";
    }

    private static string InQueue(TakenRequest request) => $$"""{"id":"{{request.Id}}","status":"IN_QUEUE"}""";

    private static Task<HttpStatusCode> TellAsync(TakenRequest request, string status = "COMPLETED", string more = "\"executionTime\":1500", Uri? at = null) =>
        PostAsync(at ?? request.Webhook!, $$"""
            {"id":"{{request.Id}}","status":"{{status}}",{{more}},"input":{{request.Input.ToJsonString()}},"webhook":"{{request.Webhook}}"}
            """);

    private static async Task<HttpStatusCode> PostAsync(Uri url, string body)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(url, new StringContent(body, Encoding.UTF8, "application/json"));
        return answer.StatusCode;
    }

    private List<string> Told() => _host.Read(db => db.List<string>("select status from webhooks order by status"));

    private string? StateOf(Guid jobId, int ordinal) =>
        _host.Read(db => db.FindStep(jobId, ordinal)) is { } step ? _host.Storage.GetConnection().GetStateData(step.HangfireId)?.Name : null;
}
