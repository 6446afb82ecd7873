using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Chain;
using VideoExpress.Tests.Integration.Store;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>The same over a real S3 server: only the configuration differs.</summary>
[Collection(S3Tests.Name)]
public sealed class S3AssetTests(S3ServerFixture fixture)
{
    [Fact]
    public async Task AnAssetInABucket_HasTheStoresUrls_AndIsASource_AlsoAsS3Url()
    {
        fixture.Server.SetFaults("[]");
        var s3 = fixture.Server.Settings;
        await using var host = await ChainHost.StartAsync(fixture.Server.Options);
        var asset = await AssetSourceTests.TakeAsync(host, MediaFiles.Video);

        var url = new Uri(asset.DownloadUrl);
        Assert.Equal(s3.Endpoint!.Authority, url.Authority);
        using var web = new HttpClient();
        Assert.Equal(MediaFiles.Video, await web.GetByteArrayAsync(url));

        var export = await host.PostAsync(
            "/timeline/stitch", $$"""{"clips":[{"url":"{{asset.Url}}","end":0.5},{"url":"s3://{{s3.Bucket}}/assets/{{asset.Id}}/source.mp4"}]}""");
        await host.UntilSucceededAsync(export);
        Assert.Equal([asset.Id], host.Read(db => db.List<string>("select used from uses")));

        using var foreign = await host.Http.PostAsync(
            "/timeline/stitch", new StringContent("""{"clips":[{"url":"s3://another-bucket/a.mp4"}]}""", null, "application/json"));
        await AssetServer.ProblemAsync(foreign, 422, $"is in another bucket; this server reads {s3.Bucket} only.");
    }

    [Fact]
    public async Task AStoreThatRefuses_IsNoFaultOfTheFile_AndTheUploadBecomesAnAssetLater()
    {
        fixture.Server.SetFaults("[]");
        await using var server = await AssetServer.StartAsync(fixture.Server.Options);
        var tus = new TusClient(server.Http);
        var upload = await tus.CreateAsync(MediaFiles.Webp.Length);
        fixture.Server.SetFaults("""[{"match":"^PUT /videos/assets/.*/thumbnail","status":403,"code":"AccessDenied"}]""");

        using (var failed = await tus.PatchAsync(upload, 0, MediaFiles.Webp))
        {
            await AssetServer.ProblemAsync(failed, 500, "store");
        }

        Assert.Empty(await server.Service<IObjectStore>().ListAsync($"assets/{TusClient.IdOf(upload)}/", CancellationToken.None).ToListAsync());
        fixture.Server.SetFaults("[]");
        using var head = await tus.HeadAsync(upload);
        Assert.Equal($"asset://{TusClient.IdOf(upload)}", TusClient.Header(head, "Upload-Asset"));
        Assert.Equal(1, server.Count("select count(*) from assets"));
    }
}
