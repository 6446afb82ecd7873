using System.Net;
using System.Text.Json;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>Assets as sources of jobs.</summary>
public sealed class AssetSourceTests
{
    [Fact]
    public async Task AnExportOfAssets_IsMade_AndTheyStayAsLongAsItIsKept()
    {
        await using var host = await ChainHost.StartAsync();
        var (first, second) = (await TakeAsync(host, MediaFiles.Video), await TakeAsync(host, MediaFiles.Turned));

        var export = await host.PostAsync(
            "/timeline/stitch", $$"""{"clips":[{"url":"{{first.Url}}","start":0,"end":0.5},{"url":"{{second.Url.ToUpperInvariant()}}"}]}""");

        await host.UntilSucceededAsync(export);
        var job = await host.GetAsync(export);
        Assert.Equal(1.5, job.GetProperty("outputs")[0].GetProperty("duration").GetDouble(), precision: 1);
        Assert.Equal(second.Url, job.GetProperty("params").GetProperty("clips")[1].GetProperty("url").GetString());

        using var refused = await host.Http.DeleteAsync($"/assets/{first.Id}");
        await AssetServer.ProblemAsync(refused, 409, $"is used by {export}: delete those first");
        using (var unitOfWork = host.Storage.BeginUnitOfWork())
        {
            unitOfWork.Execute("update jobs set retention = 'trashed', trashed_at = 1, trash_reason = 'deleted'");
            unitOfWork.Commit();
        }

        using var deleted = await host.Http.DeleteAsync($"/assets/{first.Id}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
    }

    [Fact]
    public async Task AnAssetsOwnDownloadUrl_IsASourceToo()
    {
        await using var host = await ChainHost.StartAsync();
        var asset = await TakeAsync(host, MediaFiles.Video);

        var export = await host.PostAsync("/timeline/stitch", $$"""{"clips":[{"url":"{{asset.DownloadUrl}}"}]}""");

        await host.UntilSucceededAsync(export);
    }

    [Fact]
    public async Task WhatIsNoClip_IsAFieldError_AndNothingIsWritten()
    {
        await using var host = await ChainHost.StartAsync();
        var trashed = await TakeAsync(host, MediaFiles.Video);
        using var deleted = await host.Http.DeleteAsync($"/assets/{trashed.Id}");
        foreach (var (url, words) in new[]
        {
            ((await TakeAsync(host, MediaFiles.Mp3)).Url, "is of the kind audio; video is needed here"),
            ((await TakeAsync(host, MediaFiles.Webp)).Url, "is of the kind image; video is needed here"),
            (trashed.Url, $"POST /assets/{trashed.Id}/restore"),
            ("asset://0199a3f2-7c41-7000-8000-000000000001", "there is no asset 0199a3f2-7c41-7000-8000-000000000001"),
            ("asset://nonsense", "must be an http(s)://, s3:// or asset:// URL"),
            ("asset://", "must be an http(s)://, s3:// or asset:// URL"),
            ("s3://another-bucket/a.mp4", "no S3 store is configured here"),
        })
        {
            await AssertFieldErrorAsync(host, "/timeline/stitch", $$"""{"clips":[{"url":"{{url}}"}]}""", "clips[0].url", words);
            await AssertFieldErrorAsync(
                host, "/jobs", $$$"""{"type":"EXPORT","params":{"clips":[{"url":"{{{url}}}"}]}}""", "params.clips[0].url", words);
        }

        Assert.Equal(0, host.Read(db => db.Scalar<int>("select count(*) from jobs")));
    }

    internal static async Task<(string Id, string Url, string DownloadUrl)> TakeAsync(ChainHost host, byte[] file)
    {
        using var answer = await host.Http.PostAsync("/assets", new ByteArrayContent(file));
        var asset = await AssetServer.CreatedAsync(answer);
        return (asset.GetProperty("asset_id").GetString()!, asset.GetProperty("url").GetString()!, asset.GetProperty("download_url").GetString()!);
    }

    private static async Task AssertFieldErrorAsync(ChainHost host, string path, string body, string field, string words)
    {
        using var answer = await host.Http.PostAsync(path, new StringContent(body, null, "application/json"));
        var problem = await AssetServer.ProblemAsync(answer, 422, words);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        Assert.Equal(JsonValueKind.Object, problem.GetProperty("errors").ValueKind);
    }
}
