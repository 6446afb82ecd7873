using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using VideoExpress.Tests.Integration.Hosting;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>Uploads into the built server as a process of its own: killed in the middle, or measured.</summary>
[Collection(nameof(UploadProcessTests))]
public sealed class UploadProcessTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task KilledInTheMiddleOfAPiece_TheUploadGoesOn_WhereTheFileEnds()
    {
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0");
        using var http = new HttpClient { BaseAddress = await run.ReadyAsync() };
        var tus = new TusClient(http);
        var file = MediaFiles.Video;
        var upload = await tus.CreateAsync(file.Length, TusClient.Metadata("name", "Überlebt"));
        using (await RawRequest.SendAsync(
            http.BaseAddress!, "PATCH", upload, file.Length, file.AsMemory(0, 30_000),
            "Tus-Resumable: 1.0.0", $"Content-Type: {TusClient.ContentType}", "Upload-Offset: 0"))
        {
            await UntilOffsetAsync(tus, upload, 30_000);
            await KillAsync(run);
        }

        var asset = await GoOnAsync(run, upload, file, 30_000);
        Assert.Equal(("Überlebt", AssetServer.Sha256(file)), (asset.GetProperty("name").GetString(), asset.GetProperty("sha256").GetString()));
    }

    [Fact]
    public async Task KilledInTheMiddleOfAPieceWithAChecksum_TheUploadGoesOn_WhereItIsVerified()
    {
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0");
        using var http = new HttpClient { BaseAddress = await run.ReadyAsync() };
        var tus = new TusClient(http);
        var file = MediaFiles.Video;
        var upload = await tus.CreateAsync(file.Length);
        using var first = await tus.PatchAsync(upload, 0, file[..1000], Sum(file[..1000]));
        var bytes = Path.Combine(run.Folder, "data", "uploads", $"{TusClient.IdOf(upload):N}.upload");
        using (await RawRequest.SendAsync(
            http.BaseAddress!, "PATCH", upload, file.Length - 1000, new byte[20_000],
            "Tus-Resumable: 1.0.0", $"Content-Type: {TusClient.ContentType}", "Upload-Offset: 1000", "Upload-Checksum: sha1 " + new string('A', 27) + "="))
        {
            await AssetServer.UntilAsync(() => Task.FromResult(new FileInfo(bytes).Length == 21_000), "the sent part on the disk");
            await KillAsync(run);
        }

        var asset = await GoOnAsync(run, upload, file, 1000);
        Assert.Equal(AssetServer.Sha256(file), asset.GetProperty("sha256").GetString());

        static (string, string?) Sum(byte[] piece) => ("Upload-Checksum", $"sha256 {Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(piece))}");
    }

    [Fact]
    public async Task KilledBetweenTheLastByteAndTheRow_TheUploadBecomesAnAsset_WithoutItsClient_AndLeftoversGo()
    {
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0");
        using var http = new HttpClient { BaseAddress = await run.ReadyAsync() };
        var file = MediaFiles.Video;
        var upload = await new TusClient(http).CreateAsync(file.Length);
        using var most = await new TusClient(http).PatchAsync(upload, 0, file[..^1]);
        await KillAsync(run);
        var uploads = Path.Combine(run.Folder, "data", "uploads");
        await File.AppendAllBytesAsync(Path.Combine(uploads, $"{TusClient.IdOf(upload):N}.upload"), file[^1..]);
        await File.WriteAllTextAsync(Path.Combine(uploads, "0199a3f27c4170008000000000000001.body"), "half of a body");
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(uploads, "run-abc")).FullName, "thumbnail.jpg"), "x");

        await using var next = run.StartAnother("--urls", "http://127.0.0.1:0");
        using var again = new HttpClient { BaseAddress = await next.ReadyAsync() };

        await AssetServer.UntilAsync(
            async () => (await again.GetFromJsonAsync<JsonElement>("/assets")).GetArrayLength() == 1, "the asset of an upload that nobody asks for");
        var asset = (await again.GetFromJsonAsync<JsonElement>("/assets"))[0];
        Assert.Equal(TusClient.IdOf(upload), asset.GetProperty("asset_id").GetGuid());
        Assert.Equal(AssetServer.Sha256(file), asset.GetProperty("sha256").GetString());
        await AssetServer.UntilAsync(() => Task.FromResult(!Directory.EnumerateFileSystemEntries(uploads).Any()), "an empty folder of uploads");
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("form")]
    [InlineData("tus")]
    public async Task ALargeUpload_TakesSeconds_AndNoMoreMemoryThanASmallOne(string way)
    {
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0");
        using var http = new HttpClient { BaseAddress = await run.ReadyAsync() };
        await SendAsync(http, way, MiB);
        var before = PeakMemory(run.ProcessId);
        var watch = Stopwatch.StartNew();

        var asset = await SendAsync(http, way, 300 * MiB);

        var (seconds, grown) = (watch.Elapsed.TotalSeconds, (PeakMemory(run.ProcessId) - before) / MiB);
        Assert.Equal(300 * MiB, asset.GetProperty("bytes").GetInt64());
        Assert.InRange(seconds, 0, 30);
        Assert.InRange(grown, 0, 80);
    }

    private static async Task KillAsync(ServerRun run)
    {
        await run.SignalAsync("KILL");
        await run.ExitAsync();
    }

    /// <summary>Starts the server again, which knows <paramref name="offset"/> bytes, and sends the rest; gives the asset.</summary>
    private static async Task<JsonElement> GoOnAsync(ServerRun run, string upload, byte[] file, int offset)
    {
        await using var next = run.StartAnother("--urls", "http://127.0.0.1:0");
        using var http = new HttpClient { BaseAddress = await next.ReadyAsync() };
        var tus = new TusClient(http);
        using var head = await tus.HeadAsync(upload);
        Assert.Equal(offset, TusClient.OffsetOf(head));
        using var rest = await tus.PatchAsync(upload, offset, file[offset..]);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        return await http.GetFromJsonAsync<JsonElement>($"/assets/{TusClient.IdOf(upload)}");
    }

    private static async Task<JsonElement> SendAsync(HttpClient http, string way, long bytes)
    {
        using var content = new StreamContent(new LongWav(bytes));
        if (way != "tus")
        {
            using var answer = await http.PostAsync("/assets", way == "raw" ? content : new MultipartFormDataContent { { content, "file", "long.wav" } });
            return await AssetServer.CreatedAsync(answer);
        }

        var upload = await new TusClient(http).CreateAsync(bytes);
        using var request = new HttpRequestMessage(HttpMethod.Patch, upload) { Content = content };
        content.Headers.Add("Content-Type", TusClient.ContentType);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Offset", "0");
        using var last = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        return await http.GetFromJsonAsync<JsonElement>(upload);
    }

    private static Task UntilOffsetAsync(TusClient tus, string upload, long offset) => AssetServer.UntilAsync(
        async () =>
        {
            using var head = await tus.HeadAsync(upload);
            return TusClient.OffsetOf(head) == offset;
        },
        $"offset {offset}");

    /// <summary>The most memory that a process ever held, in bytes.</summary>
    private static long PeakMemory(int processId) => 1024 * long.Parse(
        File.ReadLines($"/proc/{processId}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}

/// <summary>They measure time and memory: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(UploadProcessTests), DisableParallelization = true)]
public sealed class UploadProcessCollection;
