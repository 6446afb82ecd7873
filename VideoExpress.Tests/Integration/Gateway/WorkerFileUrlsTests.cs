using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Chain;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Gateway;

public sealed class WorkerFileUrlsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Guid _id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ARequestThatOutlivedItsPort_IsHandedOut_WithUrlsOfTheNewOne()
    {
        Uri before;
        await using (var host = await GatewayHost.StartAsync(_folder))
        {
            before = host.Endpoint;
            using var answer = await host.RunAsync(new JsonObject { ["input"] = Input(Store(_folder), new Uri(before, "/")) }.ToJsonString());
            Assert.True(answer.IsSuccessStatusCode);
        }

        await using var next = await GatewayHost.StartAsync(_folder);
        Assert.NotEqual(before.Port, next.Endpoint.Port);
        var input = (await next.Worker("w1").TakeAsync())!.Value.GetProperty("input");

        Assert.All(Urls(input), url => Assert.Equal(next.Endpoint.Authority, new Uri(url).Authority));
        Assert.All(Urls(input), url => Assert.Contains($"/outputs/inbox/{_id}/{_id}/", url, StringComparison.Ordinal));
        Assert.Equal($"{before}/clip.mp4", input.GetProperty("clip_url").GetString());
    }

    [Fact]
    public async Task UrlsOfAnotherServer_AreLeftAlone()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var elsewhere = new TempFolder();
        var input = Input(Store(elsewhere), new Uri("http://127.0.0.1:1/")).ToJsonString();
        using var answer = await host.RunAsync($$"""{"input": {{input}} }""");

        var taken = (await host.Worker("w1").TakeAsync())!.Value.GetProperty("input");

        Assert.Equal(input, taken.GetRawText());
    }

    [Theory]
    [InlineData("local-1", false)]
    [InlineData("home-1", true)]
    public async Task WithAPublicUrl_OnlyAWorkerElsewhereIsSentThere(string workerId, bool isPublic)
    {
        await using var host = await ChainHost.StartAsync("--PublicUrl", "https://example.com/video", "--ApiKey", "key");
        host.Http.DefaultRequestHeaders.Add("Authorization", "Bearer key");
        host.Services.GetRequiredService<LocalWorkerState>().CurrentId = "local-1";
        await host.RenderAsync();

        var request = await host.Worker(workerId).TakeAsync();

        var expected = isPublic ? "https://example.com/video/outputs/inbox/" : $"{host.Services.GetRequiredService<ServerAddress>().Bound}outputs/inbox/";
        Assert.All(Urls(JsonSerializer.SerializeToElement(request.Input)), url => Assert.StartsWith(expected, url, StringComparison.Ordinal));
    }

    private static IObjectStore Store(TempFolder folder) => ObjectStores.Create(new StoreSettings(), folder.Path, TimeProvider.System);

    private JsonObject Input(IObjectStore store, Uri baseUrl)
    {
        string Put(string file) => store.PresignPut(StoreKey.Inbox(_id, _id, file), TimeSpan.FromHours(1), baseUrl).AbsoluteUri;
        return new JsonObject
        {
            ["prompt"] = "a lighthouse",
            ["clip_url"] = new Uri(baseUrl, "/v2/local/clip.mp4").AbsoluteUri,
            ["outputs"] = new JsonArray(new JsonObject { ["name"] = "video", ["put_url"] = Put("video.mp4") }),
            ["claim_put_url"] = Put("claim.json"),
            ["result_put_url"] = Put("result.json"),
            ["result_get_url"] = store.PresignGet(StoreKey.Inbox(_id, _id, "result.json"), TimeSpan.FromHours(1), baseUrl).AbsoluteUri,
        };
    }

    private static List<string> Urls(JsonElement input) =>
    [
        .. input.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("put_url").GetString()!),
        .. new[] { "claim_put_url", "result_put_url", "result_get_url" }.Select(key => input.GetProperty(key).GetString()!),
    ];
}
