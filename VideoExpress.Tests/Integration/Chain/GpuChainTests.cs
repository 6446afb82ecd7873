using System.Net;
using System.Text.Json;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Maintenance;

namespace VideoExpress.Tests.Integration.Chain;

public sealed class GpuChainTests
{
    [Fact]
    public async Task ARender_WalksFromQueuedToSucceeded_AndItsVideoPlays()
    {
        await using var host = await ChainHost.StartAsync();
        var video = await TestVideo.BytesAsync();
        var jobId = await host.RenderAsync();
        var worker = host.Worker();

        var request = await worker.TakeAsync();
        await host.UntilAsync(jobId, job => job is { Status: JobStatus.Running, Phase: JobPhase.ColdStart });
        await worker.ProgressAsync(request, 50, 1);
        await host.UntilAsync(jobId, job => job is { Phase: JobPhase.Generating, Progress: 45 });
        await worker.FinishAsync(request, video);
        await host.UntilSucceededAsync(jobId);

        var job = await host.GetAsync(jobId);
        Assert.Equal(("SUCCEEDED", 100), (job.GetProperty("status").GetString(), job.GetProperty("progress").GetInt32()));
        Assert.Equal(["video", "poster", "recipe"], job.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()));
        var url = job.GetProperty("output_urls")[0].GetString();
        Assert.Equal(video, (await host.Http.GetByteArrayAsync(url))[..video.Length]);
        Assert.Equal(1, host.Read(db => db.Scalar<int>("select count(*) from attempts")));
        Assert.Equal(1.5, Math.Round(host.Read(db => db.Scalar<double>("select json_extract(result, '$.seconds') from attempts")), 1));
    }

    [Fact]
    public async Task TheInput_CarriesTheParametersFlat_AndUrlsForThisAttemptsInboxAlone()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync(""","seed":7""");

        var request = await host.Worker().TakeAsync();

        Assert.Equal("a lighthouse", request.Input["prompt"]!.GetValue<string>());
        Assert.Equal(7, request.Input["seed"]!.GetValue<int>());
        Assert.Equal(("RENDER", "draft"), (request.Input["job_type"]!.GetValue<string>(), request.Input["quality"]!.GetValue<string>()));
        foreach (var url in new[] { request.Input["claim_put_url"], request.Input["result_put_url"], request.Input["outputs"]![0]!["put_url"] })
        {
            Assert.Contains($"/outputs/inbox/{jobId}/{request.AttemptId}/", url!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AWorkersError_FailsTheJob_WithItsWords_AndARetryPaysANewAttempt()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        var worker = host.Worker();
        var request = await worker.TakeAsync();
        await worker.Wire.ReportAsync(request.Id, """{"error":"out_of_memory: the GPU has 8 GB, 12 are needed"}""");

        var failed = await host.UntilOverAsync(jobId);
        Assert.Equal(JobStatus.Failed, failed.Status);
        Assert.Contains("out_of_memory", failed.Error, StringComparison.Ordinal);

        RequeueInDashboard(host, jobId, failed.Step!.Value);
        await host.UntilAsync(jobId, job => job.Status == JobStatus.Running);
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await host.UntilSucceededAsync(jobId);
        Assert.Equal(["", "user_retry"], host.Read(db => db.List<string>("select coalesce(reason, '') from attempts order by number")));
    }

    [Fact]
    public async Task AResultInTheStore_IsTakenOver_EvenWhenTheWorkerNeverReports()
    {
        // The worker dies between its result and its report; the request runs out of time at the provider.
        await using var host = await ChainHost.StartAsync("--RunPod:Types:RENDER:ExecutionTimeout", "00:00:05");
        var jobId = await host.RenderAsync();
        var request = await host.Worker().TakeAsync();

        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await host.UntilSucceededAsync(jobId);
        Assert.Equal(1, host.Read(db => db.Scalar<int>("select count(*) from attempts")));
    }

    [Fact]
    public async Task AFileThatIsNotWhatWasReported_IsNeverPublished()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        var worker = host.Worker();
        var request = await worker.TakeAsync();
        await worker.ReportAsync(request, await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync(), new string('0', 64)));

        await host.UntilAsync(jobId, job => host.Read(db => db.FindStep(job.Id, 2))!.Tries > 0);

        Assert.Empty(host.Desk.Find(jobId)!.Value.Outputs);
        Assert.Equal(JobStatus.Running, host.Desk.Find(jobId)!.Value.Job.Status);
    }

    [Fact]
    public async Task AHandlerOfTheOriginalDocument_IsUnderstood()
    {
        await using var host = await ChainHost.StartAsync("--Fetch:AllowPrivateAddresses", "true");
        var video = await TestVideo.BytesAsync();
        var first = await host.RenderAsync();
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), video);
        await host.UntilSucceededAsync(first);
        var url = (await host.GetAsync(first)).GetProperty("output_urls")[0].GetString()!;

        var second = await host.RenderAsync();
        var request = await worker.TakeAsync();
        await worker.Wire.ReportAsync(request.Id, JsonSerializer.Serialize(new { output = new { video_url = url, progress = 100 } }));

        await host.UntilSucceededAsync(second);
    }

    [Fact]
    public async Task RequeueingStepsAtWill_NeverSubmitsAgain_NorMovesATerminalJob()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        var worker = host.Worker();
        var request = await worker.TakeAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var ordinal = 0; ordinal < 3; ordinal++)
            {
                RequeueInDashboard(host, jobId, ordinal);
            }
        }

        await worker.FinishAsync(request, await TestVideo.BytesAsync());
        var done = await host.UntilSucceededAsync(jobId);
        for (var ordinal = 0; ordinal < 3; ordinal++)
        {
            RequeueInDashboard(host, jobId, ordinal);
        }

        await UntilQuietAsync(host);
        Assert.Equal(done.Rev, host.Desk.Find(jobId)!.Value.Job.Rev);
        Assert.Equal(1, host.Read(db => db.Scalar<int>("select count(*) from attempts")));
        Assert.Equal(1, host.Read(db => db.Scalar<int>("select count(*) from gpu_requests")));
        Assert.Equal(1, host.Read(db => db.Scalar<int>("select count(*) from events where type = 'succeeded'")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task DeletingAStepInTheDashboard_CancelsTheJob_AndTellsTheProvider(int ordinal)
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        var request = await host.Worker().TakeAsync();
        await host.UntilAsync(jobId, job => job.Step == 1);

        ChangeState(host, jobId, ordinal, new DeletedState());

        var job = await host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null });
        Assert.Equal("CANCELLED", host.Read(db => db.Scalar<string>("select status from gpu_requests")));
        Assert.Equal("canceled", host.Read(db => db.Scalar<string>("select state from attempts")));

        // The worker finishes all the same: too late.
        await host.Worker().FinishAsync(request, await TestVideo.BytesAsync());
        await UntilQuietAsync(host);
        Assert.Equal(job.Rev, host.Desk.Find(jobId)!.Value.Job.Rev);
        Assert.Empty(host.Desk.Find(jobId)!.Value.Outputs);
    }

    [Fact]
    public async Task DeletingAStepThatIsOver_ChangesNothing()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        var worker = host.Worker();
        var request = await worker.TakeAsync();
        await host.UntilAsync(jobId, job => job.Step == 1);

        ChangeState(host, jobId, 0, new DeletedState());
        await worker.FinishAsync(request, await TestVideo.BytesAsync());

        await host.UntilSucceededAsync(jobId);
        ChangeState(host, jobId, 1, new DeletedState());
        ChangeState(host, jobId, 2, new DeletedState());
        Assert.Equal(JobStatus.Succeeded, host.Desk.Find(jobId)!.Value.Job.Status);
        Assert.Equal(1, host.Read(db => db.Scalar<int>("select count(*) from attempts")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ARequeueOfAFailedStep_IsARetry_WhateverElseWasPressedBefore(bool deletedFirst)
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        var worker = host.Worker();
        await worker.Wire.ReportAsync((await worker.TakeAsync()).Id, """{"error":"out_of_memory: once"}""");
        await host.UntilOverAsync(jobId);

        // A later step is started out of turn: it waits again, and is not spent.
        RequeueInDashboard(host, jobId, 2);
        await UntilQuietAsync(host);
        if (deletedFirst)
        {
            ChangeState(host, jobId, 1, new DeletedState());
            Assert.Equal(JobStatus.Failed, host.Desk.Find(jobId)!.Value.Job.Status);
        }

        RequeueInDashboard(host, jobId, 1);
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        if (deletedFirst)
        {
            // What waited for the deleted step was deleted with it; the reconciler's next pass drives it on.
            await host.UntilAsync(jobId, job => job.Step == 2);
            host.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<Reconciler>().Single().RunOnce(CancellationToken.None);
        }

        await host.UntilSucceededAsync(jobId);
    }

    [Fact]
    public async Task Cancel_AnswersAtOnce_AgainTheSame_AndConflictsOnceOver()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        await host.Worker().TakeAsync();

        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var answer = await host.Http.PostAsync($"/jobs/{jobId}/cancel", null);
            Assert.Equal("""{"status":"CANCELED"}""", await answer.Content.ReadAsStringAsync());
        }

        using var unknown = await host.Http.PostAsync($"/jobs/{Guid.Empty}/cancel", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        var second = await host.RenderAsync();
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await host.UntilOverAsync(second);
        using var late = await host.Http.PostAsync($"/jobs/{second}/cancel", null);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Equal("application/problem+json", late.Content.Headers.ContentType!.MediaType);
    }

    private static void RequeueInDashboard(ChainHost host, Guid jobId, int ordinal) => ChangeState(host, jobId, ordinal, new EnqueuedState());

    /// <summary>What the dashboard's buttons do: a state change without an expected state.</summary>
    private static void ChangeState(ChainHost host, Guid jobId, int ordinal, IState state)
    {
        var client = (Hangfire.IBackgroundJobClient)host.Services.GetService(typeof(Hangfire.IBackgroundJobClient))!;
        client.ChangeState(host.Read(db => db.FindStep(jobId, ordinal))!.HangfireId, state, null);
    }

    /// <summary>Until no background job is enqueued or being run.</summary>
    private static async Task UntilQuietAsync(ChainHost host)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (host.Storage.GetMonitoringApi().GetStatistics() is not { Enqueued: 0, Processing: 0, Scheduled: 0 })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }
}
