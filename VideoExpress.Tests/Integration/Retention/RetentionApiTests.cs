using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>Pins, the trash, the plan and the scrub as a client sees them, on a real server.</summary>
public sealed class RetentionApiTests : IAsyncLifetime
{
    private ChainHost _host = null!;

    public async Task InitializeAsync() => _host = await ChainHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task ADeletedJob_IsInTheTrash_AndComesBackAsItWas()
    {
        var job = await RenderedAsync();
        var before = await _host.GetAsync(job);

        var (status, deleted) = await SendAsync(HttpMethod.Delete, $"/jobs/{job}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("trashed", "deleted"), (Text(deleted, "trash", "state"), Text(deleted, "trash", "reason")));
        Assert.Equal("SUCCEEDED", Text(deleted, "status"));
        Assert.Empty(await IdsAsync("/jobs"));
        Assert.Equal([job], await IdsAsync("/jobs?trash=true"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Delete, $"/jobs/{job}")).Status); // may be repeated

        var (_, restored) = await SendAsync(HttpMethod.Post, $"/jobs/{job}/restore");

        Assert.Equal(JsonValueKind.Null, restored.GetProperty("trash").ValueKind);
        Assert.Equal(Text(before, "status"), Text(restored, "status"));
        Assert.Equal([job], await IdsAsync("/jobs"));
        using var video = await _host.Http.GetAsync(restored.GetProperty("output_urls")[0].GetString());
        Assert.Equal(HttpStatusCode.OK, video.StatusCode);
    }

    [Fact]
    public async Task APin_IsSetAndTakenOff_AndKeepsAJobFromTheTrash()
    {
        var job = await RenderedAsync();

        Assert.True((await SendAsync(HttpMethod.Put, $"/jobs/{job}/pin")).Body.GetProperty("pinned").GetBoolean());
        Assert.True((await SendAsync(HttpMethod.Put, $"/jobs/{job}/pin")).Body.GetProperty("pinned").GetBoolean());
        var (status, problem) = await SendAsync(HttpMethod.Delete, $"/jobs/{job}");
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains($"DELETE /jobs/{job}/pin", Text(problem, "detail"), StringComparison.Ordinal);
        Assert.Equal(job.ToString(), Text(problem, "job", "job_id"));

        Assert.False((await SendAsync(HttpMethod.Delete, $"/jobs/{job}/pin")).Body.GetProperty("pinned").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Delete, $"/jobs/{job}")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(HttpMethod.Put, $"/jobs/{job}/pin")).Status);
    }

    [Fact]
    public async Task AJobAtWork_OrUsedByAnother_IsNotDeleted_AndTheAnswerSaysWhy()
    {
        var clip = await RenderedAsync();
        var film = await _host.PostAsync("/timeline/stitch", $$"""{"clips":[{"url":{"job":"{{clip}}"},"end":0.5}]}""");

        var (atWork, sentence) = await SendAsync(HttpMethod.Delete, $"/jobs/{await _host.RenderAsync()}");
        Assert.Equal((HttpStatusCode.Conflict, true), (atWork, Text(sentence, "detail").Contains("cancel it first", StringComparison.Ordinal)));
        await _host.UntilSucceededAsync(film);
        var (used, problem) = await SendAsync(HttpMethod.Delete, $"/jobs/{clip}");
        Assert.Equal((HttpStatusCode.Conflict, true), (used, Text(problem, "detail").Contains($"used by {film}", StringComparison.Ordinal)));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Delete, $"/jobs/{film}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Delete, $"/jobs/{clip}")).Status);
        await SendAsync(HttpMethod.Post, $"/jobs/{film}/restore");
        Assert.Equal(JsonValueKind.Null, (await _host.GetAsync(clip)).GetProperty("trash").ValueKind);
    }

    [Theory]
    [InlineData("DELETE", "/jobs/{0}")]
    [InlineData("PUT", "/jobs/{0}/pin")]
    [InlineData("DELETE", "/jobs/{0}/pin")]
    [InlineData("POST", "/jobs/{0}/restore")]
    public async Task AnUnknownJob_Is404(string method, string path)
    {
        foreach (var id in new[] { "01a20d15-6851-7e9f-a8c8-801408221300", "nonsense" })
        {
            var (status, problem) = await SendAsync(new HttpMethod(method), string.Format(null, path, id));
            Assert.Equal((HttpStatusCode.NotFound, $"There is no job {id}."), (status, Text(problem, "detail")));
        }
    }

    [Theory]
    [InlineData("/jobs?trash=maybe", "trash")]
    [InlineData("/jobs?trsh=true", "trsh")]
    [InlineData("/retention/scrub?verify=1", "verify")]
    [InlineData("/retention/scrub?verfy=true", "verfy")]
    public async Task AWrongQuery_IsNamed(string path, string field)
    {
        var (status, problem) = await SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Fact]
    public async Task ThePlanAndTheScrub_TellWhatIsThere()
    {
        var job = await RenderedAsync();
        await SendAsync(HttpMethod.Delete, $"/jobs/{job}");

        var (_, plan) = await SendAsync(HttpMethod.Get, "/retention/plan");
        var (_, report) = await SendAsync(HttpMethod.Get, "/retention/scrub?verify=true");
        var (_, repaired) = await SendAsync(HttpMethod.Post, "/retention/scrub");

        Assert.Equal((0, 0), (plan.GetProperty("trash").GetArrayLength(), plan.GetProperty("remove").GetArrayLength()));
        Assert.True(plan.GetProperty("trashed_bytes").GetInt64() > 1000);
        Assert.True(report.GetProperty("files").GetInt64() >= 5);
        Assert.Equal((0, 0), (report.GetProperty("orphans").GetArrayLength(), report.GetProperty("damaged").GetArrayLength()));
        Assert.Equal((false, true), (report.GetProperty("repaired").GetBoolean(), repaired.GetProperty("repaired").GetBoolean()));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task AScrub_WhileTheUpkeepIsAtWork_IsRefused_AndMayBeTriedAgain(string method)
    {
        using var connection = _host.Storage.GetConnection();
        using (VideoExpress.Jobs.Retention.Upkeep.TakeTurn(connection))
        {
            var (busy, problem) = await SendAsync(new HttpMethod(method), "/retention/scrub");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (busy, problem.GetProperty("retryable").GetBoolean()));
            Assert.Contains("at work already", Text(problem, "detail"), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(new HttpMethod(method), "/retention/scrub")).Status);
    }

    [Fact]
    public async Task TheDashboard_ShowsTheCleanup_AndRunsItAtTheButton()
    {
        Assert.Contains("Cleanup", await _host.Http.GetStringAsync("/hangfire/recurring"), StringComparison.Ordinal);
        var job = await RenderedAsync();
        await SendAsync(HttpMethod.Delete, $"/jobs/{job}");
        _host.Write(db => db.Execute("update jobs set trashed_at = trashed_at - 86400000000"));

        var ran = new RecurringJobManager(_host.Storage).TriggerJob("cleanup");

        await _host.UntilAsync(job, found => found.Trash!.State == TrashState.Removed);
        using var connection = _host.Storage.GetConnection();
        await _host.UntilAsync(job, _ => connection.GetJobData(ran).State == "Succeeded");
        Assert.Equal(1, JsonDocument.Parse(connection.GetStateData(ran).Data["Result"]).RootElement.GetProperty("Removed").GetInt32());
        Assert.Empty((await _host.GetAsync(job)).GetProperty("output_urls").EnumerateArray());
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(HttpMethod.Post, $"/jobs/{job}/restore")).Status);
    }

    [Fact]
    public async Task ARequeueInTheTrash_RestoresTheJobAndRetriesIt()
    {
        var (job, step) = await FailedAsync();
        await SendAsync(HttpMethod.Delete, $"/jobs/{job}");

        _host.Services.GetRequiredService<IBackgroundJobClient>().ChangeState(step, new EnqueuedState());

        var retried = await _host.UntilAsync(job, found => found.Status == JobStatus.Running);
        Assert.Null(retried.Trash);
        var worker = _host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await _host.UntilSucceededAsync(job);
    }

    [Fact]
    public async Task ARemovedJob_LeavesNoStepToWaitForARetry_AndARequeueComesToRest()
    {
        var (job, step) = await FailedAsync();
        await SendAsync(HttpMethod.Delete, $"/jobs/{job}");
        _host.Write(db => db.Execute("update jobs set trashed_at = trashed_at - 86400000000"));
        await _host.Services.GetRequiredService<Cleanup>().RunAsync(default(CancellationToken));
        Assert.Equal((0, 0), (_host.Storage.GetMonitoringApi().FailedCount(), _host.Storage.GetMonitoringApi().GetStatistics().Awaiting));

        _host.Services.GetRequiredService<IBackgroundJobClient>().ChangeState(step, new EnqueuedState());

        await _host.UntilAsync(job, _ => _host.Storage.GetMonitoringApi().JobDetails(step)!.History[0].StateName == SucceededState.StateName);
        var (counts, left) = (_host.Storage.GetMonitoringApi().GetStatistics(), _host.Read(db => db.Scalar<int>("select count(*) from attempts where result is not null")));
        Assert.Equal((0, 0, 0, 0), (counts.Enqueued, counts.Processing, counts.Scheduled, counts.Awaiting));
        Assert.Equal((JobStatus.Failed, 0), (_host.Desk.Find(job)!.Value.Job.Status, left));
    }

    private async Task<(Guid Job, string Step)> FailedAsync()
    {
        var job = await _host.RenderAsync();
        var worker = _host.Worker();
        await worker.Wire.ReportAsync((await worker.TakeAsync()).Id, """{"error":"out_of_memory: once"}""");
        var failed = await _host.UntilOverAsync(job);
        Assert.Equal(JobStatus.Failed, failed.Status);
        return (job, _host.Read(db => db.FindStep(job, failed.Step!.Value))!.HangfireId);
    }

    private async Task<Guid> RenderedAsync()
    {
        var job = await _host.RenderAsync();
        var worker = _host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await _host.UntilSucceededAsync(job);
        return job;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await _host.Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    private async Task<List<Guid>> IdsAsync(string path) =>
        [.. (await _host.Http.GetFromJsonAsync<JsonElement>(path)).EnumerateArray().Select(job => job.GetProperty("job_id").GetGuid())];

    private static string Text(JsonElement json, params IEnumerable<string> path) => path.Aggregate(json, (at, name) => at.GetProperty(name)).GetString()!;
}
