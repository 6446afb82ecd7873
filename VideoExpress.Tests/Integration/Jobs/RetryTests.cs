using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Integration.Jobs;

/// <summary><c>POST /jobs/{id}/retry</c>: a FAILED job goes on from the step that failed.</summary>
public sealed class RetryTests : IAsyncLifetime
{
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

    [Fact]
    public async Task AFailedGeneration_IsPaidAgain_ForThatReason()
    {
        var jobId = await FailedAsync();

        var (status, job) = await RetryAsync(jobId);

        Assert.Equal((HttpStatusCode.OK, "RUNNING"), (status, job.GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.Null, job.GetProperty("error").ValueKind);
        await FinishAsync(await _provider.AcceptedAsync(2));
        await _host.UntilSucceededAsync(jobId);
        Assert.Equal(["failed ", "finished user_retry"], Ledger());
    }

    [Fact]
    public async Task AFailedUpload_IsDoneAgain_AndTheGenerationIsNotPaidAgain()
    {
        await StartAsync();
        var jobId = await PostAsync();
        var request = await _provider.AcceptedAsync(1);
        await FinishAsync(request, "this is no video"u8.ToArray());
        var failed = await _host.UntilOverAsync(jobId);
        Assert.Equal((JobStatus.Failed, 2), (failed.Status, failed.Step));

        var result = await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());
        _host.Write(db => db.Execute("update attempts set result = @result", new { result = result.ToJsonString() })); // what was wrong is mended
        Assert.Equal(HttpStatusCode.OK, (await RetryAsync(jobId)).Status);

        await _host.UntilSucceededAsync(jobId);
        Assert.Single(_provider.Accepted);
    }

    [Fact]
    public async Task AJobThatHasNotFailed_IsLeftAlone()
    {
        await StartAsync();
        var jobId = await PostAsync();
        await _host.UntilAsync(jobId, job => job.Step == 1);

        var (status, problem) = await RetryAsync(jobId);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains("is RUNNING: only a FAILED job", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(jobId, problem.GetProperty("job").GetProperty("job_id").GetGuid());
        Assert.Equal(HttpStatusCode.NotFound, (await RetryAsync(Guid.CreateVersion7())).Status);
    }

    [Fact]
    public async Task RetriesAtOnce_AreOne()
    {
        var jobId = await FailedAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => RetryAsync(jobId))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Conflict));
        await FinishAsync(await _provider.AcceptedAsync(2));
        await _host.UntilSucceededAsync(jobId);
        Assert.Equal(2, _provider.Accepted.Count);
        Assert.Equal(1, _host.Read(db => db.Scalar<int>("select count(*) from events where type = 'retried'")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABackgroundJobThatIsGone_OrWasDeleted_IsMadeAnew_WithThoseAfterIt(bool deleted)
    {
        var jobId = await FailedAsync();
        var step = _host.Read(db => db.FindStep(jobId, 1))!.HangfireId;
        if (deleted)
        {
            _host.Services.GetRequiredService<IBackgroundJobClient>().ChangeState(step, new DeletedState(), null);
            Assert.Equal(JobStatus.Failed, _host.Desk.Find(jobId)!.Value.Job.Status);
        }
        else
        {
            _host.Write(db => db.Execute("delete from hangfire_job where id = @step", new { step = long.Parse(step, null) }));
        }

        Assert.Equal(HttpStatusCode.OK, (await RetryAsync(jobId)).Status);

        await FinishAsync(await _provider.AcceptedAsync(2));
        await _host.UntilSucceededAsync(jobId);
    }

    [Fact]
    public async Task AJobThatFailedWithAnother_WaitsAgain_OnceThatOneIsRetried()
    {
        await StartAsync();
        Fail();
        var render = await PostAsync();
        var film = await _host.PostAsync("/timeline/stitch", $$$"""{"clips":[{"url":{"job":"{{{render}}}"}}]}""");
        await _host.UntilOverAsync(film);

        var (refused, problem) = await RetryAsync(film);
        Assert.Equal(HttpStatusCode.Conflict, refused);
        Assert.Contains($"job {render}, which is FAILED", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        _provider.OnStatus = InQueue;
        Assert.Equal(HttpStatusCode.OK, (await RetryAsync(render)).Status);

        var (status, waiting) = await RetryAsync(film);

        Assert.Equal((HttpStatusCode.OK, "QUEUED", "waiting"), (status, waiting.GetProperty("status").GetString(), waiting.GetProperty("phase").GetString()));
        await FinishAsync(await _provider.AcceptedAsync(2));
        await _host.UntilSucceededAsync(film);
    }

    [Fact]
    public async Task AJobThatFailedWithAnother_IsMade_OnceThatOneHasSucceeded_ButNotOnceItsFilesAreGone()
    {
        await StartAsync();
        Fail();
        var render = await PostAsync();
        var film = await _host.PostAsync("/timeline/stitch", $$$"""{"clips":[{"url":{"job":"{{{render}}}"}}]}""");
        await _host.UntilOverAsync(film);
        _provider.OnStatus = InQueue;
        await RetryAsync(render);
        await FinishAsync(await _provider.AcceptedAsync(2));
        await _host.UntilSucceededAsync(render);

        SetRetention(render, "'removing'");
        var (gone, problem) = await RetryAsync(film);
        SetRetention(render, "null");
        var (status, _) = await RetryAsync(film);

        Assert.Equal(HttpStatusCode.Conflict, gone);
        Assert.Contains("whose files are gone", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, status);
        await _host.UntilSucceededAsync(film);
    }

    [Fact]
    public async Task AFailedJobInTheTrash_IsRestored_ButNotOnceItsFilesAreGoing()
    {
        var jobId = await FailedAsync();

        SetRetention(jobId, "'removed'");
        Assert.Equal(HttpStatusCode.Conflict, (await RetryAsync(jobId)).Status);
        SetRetention(jobId, "'trashed'");
        var (status, job) = await RetryAsync(jobId);

        Assert.Equal((HttpStatusCode.OK, JsonValueKind.Null), (status, job.GetProperty("trash").ValueKind));
        await FinishAsync(await _provider.AcceptedAsync(2));
        await _host.UntilSucceededAsync(jobId);
    }

    [Fact]
    public async Task BeyondMaxSubmissions_ARetryPaysOneMore_AndNoneAfterIt()
    {
        _provider.OnRun = _ => RunAnswer.AcceptAndHangUp;
        await StartAsync("--RunPod:UnknownFateWait", "00:00:00.500", "--RunPod:MaxSubmissions", "1");
        var jobId = await PostAsync();
        Assert.Contains("RunPod:MaxSubmissions", (await _host.UntilOverAsync(jobId)).Error, StringComparison.Ordinal);
        Assert.Single(_provider.Accepted);

        await RetryAsync(jobId);

        await _provider.AcceptedAsync(2);
        Assert.Contains("RunPod:MaxSubmissions", (await _host.UntilOverAsync(jobId)).Error, StringComparison.Ordinal);
        Assert.Equal(["superseded ", "superseded user_retry"], Ledger());
    }

    private async Task StartAsync(params string[] options) =>
        _host = await ChainHost.StartAsync(["--RunPod:Endpoint", _provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", "k", .. options]);

    private Task<Guid> PostAsync() => _host.PostAsync(
        "/jobs", """{"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"} }""");

    /// <summary>A job whose generation has failed; what is sent from now on is queued.</summary>
    private async Task<Guid> FailedAsync()
    {
        await StartAsync();
        Fail();
        var jobId = await PostAsync();
        Assert.Equal(JobStatus.Failed, (await _host.UntilOverAsync(jobId)).Status);
        _provider.OnStatus = InQueue;
        return jobId;
    }

    private void Fail() => _provider.OnStatus = request => $$"""{"id":"{{request.Id}}","status":"FAILED","error":"out of memory"}""";

    private async Task FinishAsync(TakenRequest request, byte[]? file = null)
    {
        var result = await TestWorker.DeliverAsync(request, file ?? await TestVideo.BytesAsync());
        _provider.OnStatus = taken => taken.Id == request.Id
            ? $$"""{"id":"{{request.Id}}","status":"COMPLETED","executionTime":1500,"output":{{result.ToJsonString()}} }"""
            : InQueue(taken);
    }

    private static string InQueue(TakenRequest request) => $$"""{"id":"{{request.Id}}","status":"IN_QUEUE"}""";

    private List<string> Ledger() =>
        _host.Read(db => db.List<string>("select state || ' ' || coalesce(reason, '') from attempts order by number"));

    private void SetRetention(Guid jobId, string word) => _host.Write(db => db.Execute(
        $"update jobs set retention = {word}, trashed_at = @now, trash_reason = 'deleted' where job_id = @id",
        new { id = jobId.Text(), now = TimeProvider.System.NowMicros() }));

    private async Task<(HttpStatusCode Status, JsonElement Body)> RetryAsync(Guid jobId)
    {
        using var answer = await _host.Http.PostAsync($"/jobs/{jobId}/retry", null);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }
}
