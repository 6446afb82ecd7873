using System.Net;
using System.Text.Json;
using VideoExpress.Jobs.Assets;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>Assets are listed, given up, and taken back.</summary>
public sealed class AssetLifeTests(AssetServer server) : IClassFixture<AssetServer>
{
    [Fact]
    public async Task TheList_HasTheNewestFirst_AndAsManyAsAskedFor()
    {
        var (older, newer) = (await IdOfNewAsync(), await IdOfNewAsync());

        Assert.Equal([newer, older], (await ListedAsync("?limit=2")).ToArray());
        Assert.Equal([newer], (await ListedAsync("?limit=1")).ToArray());
    }

    [Theory]
    [InlineData("?limit=0", "limit: must be a whole number from 1 to 500, not 0.")]
    [InlineData("?limit=x", "not x")]
    [InlineData("?trash=yes", "trash: must be true or false, not yes.")]
    [InlineData("?limit=501", "not 501")]
    [InlineData("?limt=5", "did you mean limit?")]
    public async Task TheList_RefusesWhatItDoesNotKnow(string query, string words)
    {
        using var answer = await server.Http.GetAsync($"/assets{query}");

        await AssetServer.ProblemAsync(answer, 422, words);
    }

    [Theory]
    [InlineData("GET", "/assets/0199a3f2-7c41-7000-8000-000000000001")]
    [InlineData("GET", "/assets/nonsense")]
    [InlineData("DELETE", "/assets/0199a3f2-7c41-7000-8000-000000000001")]
    [InlineData("DELETE", "/assets/nonsense")]
    [InlineData("POST", "/assets/0199a3f2-7c41-7000-8000-000000000001/restore")]
    public async Task AnUnknownAsset_Is404(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await server.Http.SendAsync(request);

        await AssetServer.ProblemAsync(answer, 404, "There is no asset");
    }

    [Fact]
    public async Task ADeletedAsset_IsInTheTrash_AndComesBack()
    {
        var id = await IdOfNewAsync();

        using var deleted = await server.Http.DeleteAsync($"/assets/{id}");
        Assert.True(deleted.StatusCode == HttpStatusCode.OK, server.Running.LogText);
        using var again = await server.Http.DeleteAsync($"/assets/{id}");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.DoesNotContain(id, await ListedAsync(""));
        var trashed = await server.GetAsync($"/assets/{id}");
        Assert.Equal(("trashed", "deleted"), (trashed.GetProperty("trash").GetProperty("state").GetString(), trashed.GetProperty("trash").GetProperty("reason").GetString()));
        Assert.Equal(MediaFiles.Webp, await server.Http.GetByteArrayAsync(trashed.GetProperty("source_url").GetString()));
        Assert.Contains(id, await ListedAsync("?trash=true"));

        using var restored = await server.Http.PostAsync($"/assets/{id}/restore", null);
        Assert.Equal(HttpStatusCode.OK, restored.StatusCode);
        Assert.Contains(id, await ListedAsync(""));
        Assert.DoesNotContain(id, await ListedAsync("?trash=true"));
        Assert.Equal(JsonValueKind.Null, (await server.GetAsync($"/assets/{id}")).GetProperty("trash").ValueKind);
    }

    [Theory]
    [InlineData("removing")]
    [InlineData("removed")]
    public async Task AnAssetWhoseFilesAreGoing_CannotComeBack_AndHasNoUrls(string retention)
    {
        var id = await IdOfNewAsync();
        using var deleted = await server.Http.DeleteAsync($"/assets/{id}");
        server.Write($"update assets set retention = '{retention}' where asset_id = '{id}'");

        using var restored = await server.Http.PostAsync($"/assets/{id}/restore", null);

        await AssetServer.ProblemAsync(restored, 409, "are gone; it cannot be restored");
        var gone = await server.GetAsync($"/assets/{id}");
        Assert.Equal(JsonValueKind.Null, gone.GetProperty("download_url").ValueKind);
        Assert.Equal(JsonValueKind.Null, gone.GetProperty("thumbnail_url").ValueKind);
    }

    [Fact]
    public async Task AnAssetThatTheStoreHasLost_HasNoUrls_AndIsNoSource()
    {
        var asset = await server.TakeAsync(MediaFiles.Video);
        var id = asset.GetProperty("asset_id").GetString();
        server.Write($"update assets set fault = 'missing' where asset_id = '{id}'");

        Assert.Equal(JsonValueKind.Null, (await server.GetAsync($"/assets/{id}")).GetProperty("download_url").ValueKind);
        using var stitch = await server.Http.PostAsync(
            "/timeline/stitch", new StringContent($$"""{"clips":[{"url":"asset://{{id}}"}]}""", null, "application/json"));
        await AssetServer.ProblemAsync(stitch, 422, "is missing in the store; upload it again");
    }

    [Fact]
    public async Task ACreatorsSettings_HaveTheirLimits()
    {
        await using var own = await AssetServer.StartAsync("--Assets:UploadLifetime", "02:00:00");

        Assert.Equal(TimeSpan.FromHours(2), own.Service<AssetSettings>().UploadLifetime);
        Assert.Equal(10L << 30, own.Service<AssetSettings>().MaxBytes);
    }

    private async Task<string> IdOfNewAsync() => (await server.TakeAsync(MediaFiles.Webp)).GetProperty("asset_id").GetString()!;

    private async Task<List<string>> ListedAsync(string query) =>
        [.. (await server.GetAsync($"/assets{query}")).EnumerateArray().Select(asset => asset.GetProperty("asset_id").GetString()!)];
}
