using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Assets;
using VideoExpress.Tests.Unit.Fetch;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>EXPORT, and the stitch of a captioned RENDER, through the API with real ffmpeg.</summary>
public sealed class ExportChainTests
{
    [Fact]
    public async Task AnExport_IsMadeOfItsDependencies_AndPublishesFilmSubtitlesPosterAndRecipe()
    {
        await using var host = await ChainHost.StartAsync();
        var (first, second) = (await host.RenderAsync(), await host.RenderAsync());
        var export = await host.PostAsync("/timeline/stitch", $$$"""
            {"clips":[{"url":{"job":"{{{first}}}","output":"video"},"start":0,"end":0.5},{"url":{"job":"{{{second}}}"}}],
             "captions":[{"text":"Grüße: \"ja\"\nzwei 🎬","start":0.1,"end":1.2}]}
            """);
        Assert.Equal("waiting", (await host.GetAsync(export)).GetProperty("phase").GetString());
        await FinishAllAsync(host, 2);

        await host.UntilSucceededAsync(export);

        var job = await host.GetAsync(export);
        Assert.Equal(["video", "subtitles", "poster", "recipe"], job.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()));
        Assert.Equal(36, job.GetProperty("outputs")[0].GetProperty("frames").GetInt32());
        Assert.Contains("Grüße: \"ja\"\nzwei 🎬", (await host.Http.GetStringAsync(job.GetProperty("output_urls")[1].GetString())).ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Equal([0xFF, 0xD8], (await host.Http.GetByteArrayAsync(job.GetProperty("output_urls")[2].GetString()))[..2]);
    }

    [Fact]
    public async Task OurOwnOutputUrl_IsASource_EvenThoughItsAddressIsPrivate()
    {
        await using var host = await ChainHost.StartAsync();
        var render = await host.RenderAsync();
        await FinishAllAsync(host, 1);
        await host.UntilSucceededAsync(render);
        var url = (await host.GetAsync(render)).GetProperty("output_urls")[0].GetString();

        var export = await host.PostAsync("/timeline/stitch", $$"""{"clips":[{"url":"{{url}}","start":0,"end":0.5}]}""");

        await host.UntilSucceededAsync(export);
    }

    [Theory]
    [InlineData("s3://...", "no S3 store is configured")]
    [InlineData("http://127.0.0.1:9/a.mp4", "private")]
    public async Task ASourceThatCannotBeHad_FailsTheJob_WithASentenceThatNamesTheClip(string url, string words)
    {
        await using var host = await ChainHost.StartAsync();

        var export = await host.PostAsync(
            "/timeline/stitch", $$"""{"clips":[{"url":"{{url}}","start":0,"end":5}],"captions":[{"text":"Hello","start":0,"end":2}]}""");

        var job = await host.UntilOverAsync(export);
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.StartsWith("Clip 1: ", job.Error, StringComparison.Ordinal);
        Assert.Contains(words, job.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnreachableHost_IsToldWhileItIsTriedAgain_AndFailsSoon()
    {
        await using var host = await ChainHost.StartAsync();

        var export = await host.PostAsync("/timeline/stitch", """{"clips":[{"url":"http://nowhere.invalid/a.mp4"}]}""");

        var trying = await host.UntilAsync(export, job => job.HeldReason is not null);
        Assert.StartsWith("retrying: Clip 1: There is no host named nowhere.invalid", trying.HeldReason, StringComparison.Ordinal);
        Assert.Equal(JobStatus.Failed, (await host.UntilOverAsync(export)).Status);
    }

    [Fact]
    public async Task AFileThatIsNoVideo_FailsTheJob_ForItsOwnersEyes()
    {
        var picture = MediaFiles.Webp;
        await using var web = await FileServer.StartAsync(context => context.Response.Body.WriteAsync(picture).AsTask());
        await using var host = await ChainHost.StartAsync("--Fetch:AllowPrivateAddresses", "true");

        var export = await host.PostAsync("/timeline/stitch", $$"""{"clips":[{"url":"{{web.Address}}a.mp4"}]}""");

        var job = await host.UntilOverAsync(export);
        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Contains("Clip 1", job.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("inside VideoExpress", job.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"clips":[{"url":"s3://another-bucket/a.mp4"}]}""", "clips[0].url")]
    [InlineData("""{"clips":[{"url":{"job":"0199a3f2-7c41-7000-8000-000000000001"}}]}""", "clips[0].url")]
    [InlineData("""{"clips":[]}""", "clips")]
    public async Task WhatCanBeSeenToBeWrongAtOnce_IsAFieldError_AndNothingIsWritten(string body, string field)
    {
        await using var host = await ChainHost.StartAsync();

        using var answer = await host.Http.PostAsync("/timeline/stitch", new StringContent(body, null, "application/json"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.True(JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("errors").TryGetProperty(field, out _));
        Assert.Equal(0, host.Read(db => db.Scalar<int>("select count(*) from jobs")));
    }

    [Fact]
    public async Task ACancelWhileFfmpegIsAtWork_EndsIt_AndLeavesNothing()
    {
        await using var host = await ChainHost.StartAsync();
        var render = await host.RenderAsync();
        await FinishAllAsync(host, 1);
        await host.UntilSucceededAsync(render);
        var clips = string.Join(',', Enumerable.Repeat($$$"""{"url":{"job":"{{{render}}}"}}""", 60));
        var export = await host.PostAsync("/timeline/stitch", $$"""{"clips":[{{clips}}]}""");
        await host.UntilAsync(export, job => job.Progress > 15);
        var scratch = Path.Combine(Path.GetDirectoryName(host.Storage.Path)!, "work", export.ToString());
        Assert.True(Directory.Exists(scratch));

        using var answer = await host.Http.PostAsync($"/jobs/{export}/cancel", null);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        while (Directory.Exists(scratch))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }

        Assert.Empty(host.Desk.Find(export)!.Value.Outputs);
    }

    [Fact]
    public async Task AnotherFileUnderTheFirstEditionsKey_IsLeftAlone_AndTheFilmGetsANextOne()
    {
        await using var host = await ChainHost.StartAsync();
        var render = await host.RenderAsync(""","captions":[{"text":"Hello","start":0,"end":1}]""");
        var store = host.Services.GetRequiredService<IObjectStore>();
        var foreign = StoreKey.Published(render, "export-1", "video.mp4");
        await store.PutAsync(foreign, new MemoryStream([1, 2, 3]), new NewObject(3, "video/mp4"), CancellationToken.None);
        await FinishAllAsync(host, 1);

        await host.UntilSucceededAsync(render);

        Assert.All(host.Desk.Find(render)!.Value.Outputs, output => Assert.Contains("/export-2/", output.Key.Value, StringComparison.Ordinal));
        Assert.Equal(3, (await store.StatAsync(foreign, CancellationToken.None))!.Length);
    }

    private static async Task FinishAllAsync(ChainHost host, int count)
    {
        var worker = host.Worker();
        for (var i = 0; i < count; i++)
        {
            await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        }
    }
}
