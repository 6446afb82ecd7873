using System.Net;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>Resumable uploads whose lines break, meet, or are forgotten.</summary>
public sealed class TusBreakTests(AssetServer server) : IClassFixture<AssetServer>
{
    private static readonly byte[] File = MediaFiles.Video;

    private TusClient Tus => new(server.Http);

    [Fact]
    public async Task BytesThatArrivedBeforeTheLineBroke_Stay_AndTheUploadGoesOnThere()
    {
        var upload = await Tus.CreateAsync(File.Length);
        using (await PieceAsync(upload, 0, File.Length, File.AsMemory(0, 20_000)))
        {
            await UntilOffsetAsync(upload, 20_000);
        }

        await UntilFreeAsync(upload, 20_000);
        using var rest = await Tus.PatchAsync(upload, 20_000, File[20_000..]);

        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        var asset = await server.GetAsync($"/assets/{TusClient.IdOf(upload)}");
        Assert.Equal(AssetServer.Sha256(File), asset.GetProperty("sha256").GetString());
        Assert.DoesNotContain("\"@l\":\"Error\"", server.Running.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BytesWithAChecksum_GoWhenTheLineBreaks_SinceNothingSaysThatTheyAreGood()
    {
        var upload = await Tus.CreateAsync(File.Length);
        using (await PieceAsync(upload, 0, File.Length, File.AsMemory(0, 20_000), $"Upload-Checksum: sha1 {Convert.ToBase64String(new byte[20])}"))
        {
            await AssetServer.UntilAsync(() => Task.FromResult(Written(upload) == 20_000), "the sent part on the disk");
            using var head = await Tus.HeadAsync(upload);
            Assert.Equal(0, TusClient.OffsetOf(head));
        }

        await AssetServer.UntilAsync(() => Task.FromResult(Written(upload) == 0), "its removal");
    }

    [Fact]
    public async Task WhileOneWrites_OthersAreLocked()
    {
        var upload = await Tus.CreateAsync(File.Length);
        using (await PieceAsync(upload, 0, File.Length, File.AsMemory(0, 5000)))
        {
            await UntilOffsetAsync(upload, 5000);

            using var second = await Tus.PatchAsync(upload, 5000, File[5000..]);
            await AssetServer.ProblemAsync(second, 423, "Another request");
            using var deletion = await Tus.DeleteAsync(upload);
            await AssetServer.ProblemAsync(deletion, 423, "Another request");
        }

        await UntilFreeAsync(upload, 5000);
    }

    [Fact]
    public async Task OfManyThatWriteAtOnce_OneWins_AndTheFileIsWhole()
    {
        var file = new byte[20 << 20];
        new LongWav(file.Length).ReadExactly(file);
        var upload = await Tus.CreateAsync(file.Length);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Tus.PatchAsync(upload, 0, file)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.NoContent);
        Assert.All(answers, answer => Assert.Contains(
            answer.StatusCode, new[] { HttpStatusCode.NoContent, HttpStatusCode.Locked, HttpStatusCode.Conflict }));
        Array.ForEach(answers, answer => answer.Dispose());
        Assert.Equal(AssetServer.Sha256(file), (await server.GetAsync(upload)).GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task ManyWhoAskForTheAssetAtOnce_GetTheSameOne()
    {
        var upload = await Tus.CreateAsync(File.Length);
        using var piece = await Tus.PatchAsync(upload, 0, File[..^1]);

        // The last byte without the request's own end: as after a crash.
        await System.IO.File.AppendAllBytesAsync(BytesPath(upload), File[^1..]);
        var assets = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.GetAsync(upload)));

        Assert.Single(assets.Select(asset => asset.GetProperty("asset_id").GetGuid()).Distinct());
        Assert.Equal(1, server.Count($"select count(*) from assets where asset_id = '{TusClient.IdOf(upload)}'"));
        Assert.Single(server.Running.LogText.Split('\n'), line => line.Contains("taken in", StringComparison.Ordinal)
            && line.Contains(TusClient.IdOf(upload).ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task AStopOfTheServer_KeepsWhatArrived()
    {
        using var data = new TempFolder();
        string upload;
        await using (var first = await AssetServer.StartAsync("--data", data.Path))
        {
            var tus = new TusClient(first.Http);
            upload = await tus.CreateAsync(File.Length);
            using var piece = await RawRequest.SendAsync(
                first.Http.BaseAddress!, "PATCH", upload, File.Length, File.AsMemory(0, 7000), Headers(0));
            await UntilOffsetAsync(tus, upload, 7000);
        }

        await using var second = await AssetServer.StartAsync("--data", data.Path);
        using var head = await new TusClient(second.Http).HeadAsync(upload);
        Assert.Equal(7000, TusClient.OffsetOf(head));
    }

    private long Written(string upload) => new FileInfo(BytesPath(upload)) is { Exists: true } file ? file.Length : 0;

    private string BytesPath(string upload) => Path.Combine(server.Folder.Uploads, $"{TusClient.IdOf(upload):N}.upload");

    private Task<RawRequest> PieceAsync(string upload, long offset, long length, ReadOnlyMemory<byte> sent, params string[] headers) =>
        RawRequest.SendAsync(server.Http.BaseAddress!, "PATCH", upload, length, sent, [.. Headers(offset), .. headers]);

    private static string[] Headers(long offset) => ["Tus-Resumable: 1.0.0", $"Content-Type: {TusClient.ContentType}", $"Upload-Offset: {offset}"];

    private Task UntilOffsetAsync(string upload, long offset) => UntilOffsetAsync(Tus, upload, offset);

    private static Task UntilOffsetAsync(TusClient tus, string upload, long offset) => AssetServer.UntilAsync(
        async () =>
        {
            using var head = await tus.HeadAsync(upload);
            return TusClient.OffsetOf(head) == offset;
        },
        $"offset {offset}");

    /// <summary>Until the broken request has let go of it.</summary>
    private Task UntilFreeAsync(string upload, long offset) => AssetServer.UntilAsync(
        async () =>
        {
            using var empty = await Tus.PatchAsync(upload, offset, []);
            return empty.StatusCode == HttpStatusCode.NoContent;
        },
        "the end of the broken request");
}
