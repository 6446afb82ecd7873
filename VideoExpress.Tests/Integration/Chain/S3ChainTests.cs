using VideoExpress.Tests.Integration.Assets;
using VideoExpress.Tests.Integration.Store;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>The same chain with a real S3 server as the store: only the configuration differs.</summary>
[Collection(S3Tests.Name)]
public sealed class S3ChainTests(S3ServerFixture fixture)
{
    [Fact]
    public async Task ARenderAndExportsOfItsUrls_WalkTheWholeWay_AndTheirUrlsAreTheStores()
    {
        fixture.Server.SetFaults("[]");
        var s3 = fixture.Server.Settings;
        await using var host = await ChainHost.StartAsync(fixture.Server.Options);
        var video = await TestVideo.BytesAsync();
        var render = await host.RenderAsync();
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), video);
        await host.UntilSucceededAsync(render);

        var url = new Uri((await host.GetAsync(render)).GetProperty("output_urls")[0].GetString()!);
        Assert.Equal(s3.Endpoint!.Authority, url.Authority);
        using var web = new HttpClient();
        Assert.Equal(video, (await web.GetByteArrayAsync(url))[..video.Length]);

        var key = host.Desk.Find(render)!.Value.Outputs[0].Key;
        foreach (var source in (string[])[$"s3://{s3.Bucket}/{key}", url.AbsoluteUri, url.GetLeftPart(UriPartial.Path)])
        {
            var export = await host.PostAsync("/timeline/stitch", $$"""{"clips":[{"url":"{{source}}","start":0,"end":0.5}]}""");
            await host.UntilSucceededAsync(export);
            Assert.Equal("composite", (await PublishedVideo.OfAsync(host, export)).SourceType);
        }
    }

    [Fact]
    public async Task AnObjectThatIsNotThere_IsToldApart_WhetherItWasOursOrNever()
    {
        fixture.Server.SetFaults("[]");
        await using var host = await ChainHost.StartAsync(fixture.Server.Options);
        var render = await host.RenderAsync();
        var worker = host.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await host.UntilSucceededAsync(render);
        var key = host.Desk.Find(render)!.Value.Outputs[0].Key;
        string Clip(string name) => $$"""{"clips":[{"url":"s3://{{S3Server.Bucket}}/{{name}}"}]}""";

        var never = await host.UntilOverAsync(await host.PostAsync("/timeline/stitch", Clip("takes/7.mp4")));
        host.Write(db => db.Execute("update outputs set fault = 'missing'"));
        using var lost = await host.Http.PostAsync("/timeline/stitch", new StringContent(Clip(key.Value), null, "application/json"));

        Assert.Equal("Clip 1: there is no takes/7.mp4 in the store.", never.Error);
        await AssetServer.RefusedAsync(lost, 422, "clips[0].url", $"video.mp4 of /jobs/{render} is missing in the store; hand the job in again.");
    }
}
