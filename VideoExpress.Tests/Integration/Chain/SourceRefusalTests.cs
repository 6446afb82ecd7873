using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Assets;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>What can be known of a clip when a job is handed in is said then, under its field, and not hours later by a step.</summary>
public sealed class SourceRefusalTests
{
    private const string Captions = ""","captions":[{"text":"Hello","start":0,"end":1}]""";

    [Theory]
    [InlineData("poster", "", """the output \"poster\" of job {0} is of the kind image; video is needed here; it has video, poster, recipe.""")]
    [InlineData("recipe", "", """the output \"recipe\" of job {0} is no media file; video is needed here; it has video, poster, recipe.""")]
    [InlineData("subtitles", Captions, """is no media file; video is needed here; it has video, subtitles, poster, recipe.""")]
    [InlineData("subtitles", "", """a RENDER job has no output \"subtitles\"; it has video, poster, recipe.""")]
    public async Task AnOutputThatIsNoVideo_IsRefused_BeforeItIsMade(string output, string parameters, string words)
    {
        await using var host = await ChainHost.StartAsync();
        var render = await host.RenderAsync(parameters);

        await RefusedAsync(host, Output(render, output), words.Replace("{0}", $"{render}", StringComparison.Ordinal));

        Assert.Equal([render], host.Desk.List(10).Select(found => found.Job.Id));
    }

    [Fact]
    public async Task ARecipe_IsNoOutput_WhereNoneIsPublished()
    {
        await using var host = await ChainHost.StartAsync("--Provenance:Sidecar=false");
        var render = await host.RenderAsync();

        await RefusedAsync(host, Output(render, "recipe"), "while Provenance:Sidecar is off; it has video, poster.");
    }

    [Fact]
    public async Task AFileThatIsNoVideo_IsRefused_AlsoByItsOwnUrl()
    {
        await using var host = await ChainHost.StartAsync();
        var (id, _, url) = await AssetSourceTests.TakeAsync(host, MediaFiles.Webp);
        var (videoId, _, _) = await AssetSourceTests.TakeAsync(host, MediaFiles.Video);
        var thumbnail = JsonElement.Parse(await host.Http.GetStringAsync($"/assets/{videoId}")).GetProperty("thumbnail_url");
        var render = await PublishedAsync(host);
        var outputs = (await host.GetAsync(render)).GetProperty("outputs");

        await RefusedAsync(host, $"\"{url}\"", $"of /assets/{id} is of the kind image; video is needed here.");
        await RefusedAsync(host, thumbnail.GetRawText(), $"of /assets/{videoId} is of the kind image; video is needed here.");
        await RefusedAsync(host, outputs[1].GetProperty("url").GetRawText(), $"poster.jpg of /jobs/{render} is of the kind image");
        await RefusedAsync(host, outputs[2].GetProperty("url").GetRawText(), $"recipe.json of /jobs/{render} is no media file");
    }

    [Fact]
    public async Task AFileThatTheStoreHasLost_IsRefused_HoweverItIsGiven()
    {
        await using var host = await ChainHost.StartAsync();
        var render = await PublishedAsync(host);
        var url = (await host.GetAsync(render)).GetProperty("output_urls")[0].GetString();
        var asset = await AssetSourceTests.TakeAsync(host, MediaFiles.Video);
        host.Write(db => db.Execute("update outputs set fault = 'missing'"));
        host.Write(db => db.Execute("update assets set fault = 'missing'"));

        var words = $"video.mp4 of /jobs/{render} is missing in the store; hand the job in again.";
        await RefusedAsync(host, Output(render, "video"), words);
        await RefusedAsync(host, $"\"{url}\"", words);
        await RefusedAsync(host, $"\"{asset.DownloadUrl}\"", $"of /assets/{asset.Id} is missing in the store; upload it again.");
    }

    [Fact]
    public async Task WhatWasRemoved_IsToldFromWhatWasNeverThere()
    {
        await using var host = await ChainHost.StartAsync();
        var (removed, never) = (await PublishedAsync(host), Guid.CreateVersion7());
        var url = (await host.GetAsync(removed)).GetProperty("output_urls")[0].GetString()!;
        host.Write(db => db.Execute("update jobs set retention = 'removed', trashed_at = 1, trash_reason = 'deleted'"));

        await RefusedAsync(host, $"\"{url}\"", $"/jobs/{removed} was removed, and its files are gone.");
        await RefusedAsync(host, Output(removed, "video"), $"/jobs/{removed} was removed, and its files are gone.");
        await RefusedAsync(host, Output(never, "video"), $"there is no job {never}.");
        await RefusedAsync(
            host,
            $"\"{url.Replace(removed.ToString(), never.ToString(), StringComparison.Ordinal)}\"",
            "this URL of the server itself is not one of its outputs.");
    }

    [Fact]
    public async Task AFileThatGoesAfterwards_FailsTheJob_WithTheWordsForIt()
    {
        await using var host = await ChainHost.StartAsync();
        var render = await PublishedAsync(host);
        var key = host.Desk.Find(render)!.Value.Outputs[0].Key;
        await host.Services.GetRequiredService<IObjectStore>().DeleteAsync(key, CancellationToken.None);

        var export = await host.UntilOverAsync(await host.PostAsync("/timeline/stitch", $$"""{"clips":[{"url":{{Output(render, "video")}}}]}"""));

        Assert.Equal((JobStatus.Failed, $"Clip 1: there is no {key} in the store any more."), (export.Status, export.Error));
    }

    [Theory]
    [InlineData("https://store.example.com/assets/")]
    [InlineData("https://store.example.com/jobs/")]
    [InlineData("https://assets.example.com/")]
    [InlineData("https://store.example.com/a/b/jobs/assets/jobs/")]
    public async Task ABucketNamedLikeOurKeys_FoolsNobody(string before)
    {
        await using var host = await ChainHost.StartAsync();
        var render = await PublishedAsync(host);
        var (assetId, _, _) = await AssetSourceTests.TakeAsync(host, MediaFiles.Video);
        var file = host.Desk.Find(render)!.Value.Outputs[0].Key;

        var export = await host.PostAsync(
            "/timeline/stitch", $$"""{"clips":[{"url":"{{before}}{{file}}"},{"url":"{{before}}assets/{{assetId}}/source.mp4"}]}""");

        // Nobody asked example.com, which a test cannot reach: both came out of the store.
        await host.UntilSucceededAsync(export);
        Assert.Equal(
            new[] { $"{render}", assetId }.Order(), host.Read(db => db.List<string>("select used from uses where job_id = @export", new { export = $"{export}" })).Order());
    }

    private static string Output(Guid jobId, string output) => $$"""{"job":"{{jobId}}","output":"{{output}}"}""";

    private static async Task<Guid> PublishedAsync(ChainHost host)
    {
        var jobId = await host.RenderAsync();
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await host.UntilSucceededAsync(jobId);
        return jobId;
    }

    /// <summary>Hands the source in as a clip by both calls; each must refuse it under its field.</summary>
    private static async Task RefusedAsync(ChainHost host, string source, string words)
    {
        foreach (var (path, body, field) in new[]
        {
            ("/timeline/stitch", $$"""{"clips":[{"url":{{source}}}]}""", "clips[0].url"),
            ("/jobs", $$$"""{"type":"EXPORT","params":{"clips":[{"url":{{{source}}}}]}}""", "params.clips[0].url"),
        })
        {
            using var answer = await host.Http.PostAsync(path, new StringContent(body, null, "application/json"));
            await AssetServer.RefusedAsync(answer, 422, field, words);
        }
    }
}
