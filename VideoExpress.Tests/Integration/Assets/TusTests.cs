using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>Resumable uploads, call by call.</summary>
public sealed class TusTests(AssetServer server) : IClassFixture<AssetServer>
{
    private static readonly byte[] File = MediaFiles.Video;

    private TusClient Tus => new(server.Http);

    [Fact]
    public async Task Options_SayWhatIsOffered_WithoutAVersionAsked()
    {
        using var answer = await Tus.SendAsync(HttpMethod.Options, "/assets/tus", null, ("Tus-Resumable", null));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("1.0.0", TusClient.Header(answer, "Tus-Resumable"));
        Assert.Equal("1.0.0", TusClient.Header(answer, "Tus-Version"));
        Assert.Equal("creation,creation-with-upload,termination,expiration,checksum", TusClient.Header(answer, "Tus-Extension"));
        Assert.Equal("sha1,sha256", TusClient.Header(answer, "Tus-Checksum-Algorithm"));
        Assert.Equal($"{10L << 30}", TusClient.Header(answer, "Tus-Max-Size"));
    }

    [Fact]
    public async Task AnUploadInPieces_BecomesAnAsset()
    {
        var metadata = $"{TusClient.Metadata("filename", "C:\\tmp\\Aufnahme 🎬.mp4")},is_confidential";
        var upload = await Tus.CreateAsync(File.Length, metadata);
        using (var head = await Tus.HeadAsync(upload))
        {
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.Equal(("0", $"{File.Length}", metadata),
                (TusClient.Header(head, "Upload-Offset"), TusClient.Header(head, "Upload-Length"), TusClient.Header(head, "Upload-Metadata")));
            Assert.Equal("no-store", TusClient.Header(head, "Cache-Control"));
            var left = DateTimeOffset.ParseExact(TusClient.Header(head, "Upload-Expires")!, "R", CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow();
            Assert.InRange(left.TotalHours, 23.9, 24);
        }

        using (var first = await Tus.PatchAsync(upload, 0, File[..1000]))
        {
            Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
            Assert.Equal("1000", TusClient.Header(first, "Upload-Offset"));
            Assert.Null(TusClient.Header(first, "Upload-Asset"));
        }

        using (var early = await server.Http.GetAsync(upload))
        {
            await AssetServer.ProblemAsync(early, 409, $"1000 of {File.Length} bytes are here");
        }

        var id = TusClient.IdOf(upload);
        using (var last = await Tus.PatchAsync(upload, 1000, File[1000..]))
        {
            Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
            Assert.Equal($"{File.Length}", TusClient.Header(last, "Upload-Offset"));
            Assert.Equal($"asset://{id}", TusClient.Header(last, "Upload-Asset"));
        }

        var asset = await server.GetAsync($"/assets/{id}");
        Assert.Equal(AssetServer.Sha256(File), asset.GetProperty("sha256").GetString());
        Assert.Equal("Aufnahme 🎬.mp4", asset.GetProperty("name").GetString());
        Assert.Equal(File, await server.Http.GetByteArrayAsync(asset.GetProperty("download_url").GetString()));
        Assert.Empty(server.FilesInUploads());
    }

    [Fact]
    public async Task AFinishedUpload_StillAnswers_WhoeverAsksAgain()
    {
        var upload = await FinishedAsync();
        var id = TusClient.IdOf(upload);

        using var head = await Tus.HeadAsync(upload);
        Assert.Equal(($"{File.Length}", $"asset://{id}"), (TusClient.Header(head, "Upload-Offset"), TusClient.Header(head, "Upload-Asset")));
        using var again = await Tus.PatchAsync(upload, File.Length, []);
        Assert.Equal((HttpStatusCode.NoContent, $"asset://{id}"), (again.StatusCode, TusClient.Header(again, "Upload-Asset")));
        using var wrong = await Tus.PatchAsync(upload, 0, File[..10]);
        await AssetServer.ProblemAsync(wrong, 409, "goes on at byte");
        Assert.Equal(id, (await server.GetAsync(upload)).GetProperty("asset_id").GetGuid());
        Assert.Equal(1, server.Count($"select count(*) from assets where asset_id = '{id}'"));
    }

    [Fact]
    public async Task TheFirstPiece_MayComeWithTheCreation()
    {
        using var part = await Tus.SendAsync(HttpMethod.Post, "/assets/tus", File[..500], ("Upload-Length", $"{File.Length}"));
        Assert.Equal((HttpStatusCode.Created, "500"), (part.StatusCode, TusClient.Header(part, "Upload-Offset")));

        using var whole = await Tus.SendAsync(HttpMethod.Post, "/assets/tus", File, ("Upload-Length", $"{File.Length}"));
        Assert.Equal(HttpStatusCode.Created, whole.StatusCode);
        Assert.Equal($"asset://{TusClient.IdOf(whole.Headers.Location!.ToString())}", TusClient.Header(whole, "Upload-Asset"));
        using var gone = await Tus.DeleteAsync(part.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
    }

    [Theory]
    [InlineData("POST", "0.2.2")]
    [InlineData("POST", null)]
    [InlineData("HEAD", "2.0.0")]
    [InlineData("PATCH", null)]
    [InlineData("DELETE", "1.0")]
    public async Task AnotherVersion_Is412_WithTheOneThatIsSpoken(string method, string? version)
    {
        var path = method == "POST" ? "/assets/tus" : "/assets/tus/0199a3f2-7c41-7000-8000-000000000001";
        using var answer = await Tus.SendAsync(new HttpMethod(method), path, null, ("Tus-Resumable", version), ("Upload-Length", "5"), ("Upload-Offset", "0"));

        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
        Assert.Equal(("1.0.0", "1.0.0"), (TusClient.Header(answer, "Tus-Version"), TusClient.Header(answer, "Tus-Resumable")));
    }

    [Theory]
    [InlineData(null, null, 400, "Upload-Length", "must be the length")]
    [InlineData("-5", null, 400, "Upload-Length", "must be the length")]
    [InlineData("5x", null, 400, "Upload-Length", "must be the length")]
    [InlineData("0", null, 422, "file", "is empty")]
    [InlineData("10737418241", null, 413, "Upload-Length", "10737418240 bytes at most")]
    [InlineData("5", "filename !!!", 400, "Upload-Metadata", "must be pairs")]
    [InlineData("5", "filename YQ==,filename YQ==", 400, "Upload-Metadata", "each key once")]
    [InlineData("5", "filename //8=", 400, "Upload-Metadata", "UTF-8")]
    [InlineData("5", "filename YQ== b", 400, "Upload-Metadata", "must be pairs")]
    public async Task ACreation_IsChecked(string? length, string? metadata, int status, string field, string words)
    {
        using var answer = await Tus.SendAsync(HttpMethod.Post, "/assets/tus", null, ("Upload-Length", length), ("Upload-Metadata", metadata));

        await AssetServer.RefusedAsync(answer, status, field, words);
        Assert.Equal("1.0.0", TusClient.Header(answer, "Tus-Resumable"));
        Assert.Empty(server.FilesInUploads());
    }

    [Fact]
    public async Task ALengthToBeSaidLater_IsRefusedClearly()
    {
        using var answer = await Tus.SendAsync(HttpMethod.Post, "/assets/tus", null, ("Upload-Defer-Length", "1"));

        await AssetServer.RefusedAsync(answer, 400, "Upload-Defer-Length", "is not taken: send Upload-Length");
    }

    [Fact]
    public async Task APiece_IsChecked_AndAWrongOneChangesNothing()
    {
        var upload = await Tus.CreateAsync(File.Length);
        foreach (var (headers, piece, status, field, words) in new ((string, string?)[], byte[], int, string, string)[]
        {
            ([("Upload-Offset", "0"), ("Content-Type", "application/octet-stream")], File[..10], 415, "Content-Type", TusClient.ContentType),
            ([], File[..10], 400, "Upload-Offset", "must be the number"),
            ([("Upload-Offset", "7")], File[..10], 409, "Upload-Offset", "goes on at byte 0"),
            ([("Upload-Offset", "0")], [.. File, 0], 413, "Upload-Length", $"{File.Length} bytes at most"),
            ([("Upload-Offset", "0"), ("Upload-Checksum", "md5 AAAA")], File[..10], 400, "Upload-Checksum", "sha1,sha256"),
            ([("Upload-Offset", "0"), ("Upload-Checksum", "sha1 %%%")], File[..10], 400, "Upload-Checksum", "sha1,sha256"),
            ([("Upload-Offset", "0"), ("Upload-Checksum", $"sha1 {Convert.ToBase64String(new byte[20])}")], File[..10], 460, "Upload-Checksum", "nothing of it was kept"),
        })
        {
            using var answer = await Tus.SendAsync(HttpMethod.Patch, upload, piece, headers);
            await AssetServer.RefusedAsync(answer, status, field, words);
            using var head = await Tus.HeadAsync(upload);
            Assert.Equal(0, TusClient.OffsetOf(head));
        }

        using var good = await Tus.PatchAsync(upload, 0, File[..10], ("Upload-Checksum", $"sha256 {Convert.ToBase64String(SHA256.HashData(File[..10]))}"));
        Assert.Equal(10, TusClient.OffsetOf(good));
        using var conflict = await Tus.PatchAsync(upload, 0, File[..10]);
        Assert.Equal((HttpStatusCode.Conflict, 10), (conflict.StatusCode, TusClient.OffsetOf(conflict)));
        using var gone = await Tus.DeleteAsync(upload);
    }

    [Fact]
    public async Task ATerminatedUpload_IsGone_WithItsBytes()
    {
        var upload = await Tus.CreateAsync(File.Length);
        using var piece = await Tus.PatchAsync(upload, 0, File[..1000]);

        using var deleted = await Tus.DeleteAsync(upload);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var head = await Tus.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        using var patch = await Tus.PatchAsync(upload, 1000, File[1000..]);
        Assert.Equal(HttpStatusCode.NotFound, patch.StatusCode);
        using var again = await Tus.DeleteAsync(upload);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Empty(server.FilesInUploads());
    }

    [Fact]
    public async Task AFinishedUploadThatIsTerminated_IsAnAssetInTheTrash()
    {
        var upload = await FinishedAsync();

        using var deleted = await Tus.DeleteAsync(upload);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(JsonValueKind.Object, (await server.GetAsync($"/assets/{TusClient.IdOf(upload)}")).GetProperty("trash").ValueKind);
        using var head = await Tus.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
    }

    [Fact]
    public async Task AFinishedUploadWhoseFilesAreStillHere_GoesToTheTrash_WithItsFiles()
    {
        var upload = await Tus.CreateAsync(File.Length);
        var state = Path.Combine(server.Folder.Uploads, $"{TusClient.IdOf(upload):N}.json");
        var kept = await System.IO.File.ReadAllBytesAsync(state);
        using var whole = await Tus.PatchAsync(upload, 0, File);
        await System.IO.File.WriteAllBytesAsync(state, kept); // as when the process was killed between the row and the tidying
        await System.IO.File.WriteAllBytesAsync(Path.ChangeExtension(state, ".upload"), File);

        using var deleted = await Tus.DeleteAsync(upload);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(JsonValueKind.Object, (await server.GetAsync($"/assets/{TusClient.IdOf(upload)}")).GetProperty("trash").ValueKind);
        Assert.Empty(server.FilesInUploads());
    }

    [Fact]
    public async Task AFileThatIsNoMedia_IsRefusedWithItsLastByte_AndTheAnswerCanBeReadAgain()
    {
        var text = "<!doctype html>"u8.ToArray();
        var upload = await Tus.CreateAsync(text.Length);

        using var patch = await Tus.PatchAsync(upload, 0, text);
        await AssetServer.RefusedAsync(patch, "a web page");

        using var get = await server.Http.GetAsync(upload);
        await AssetServer.RefusedAsync(get, "a web page");
        using var head = await Tus.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.Gone, head.StatusCode);
        using var again = await Tus.PatchAsync(upload, text.Length, []);
        await AssetServer.ProblemAsync(again, 410, "a web page");
        Assert.Single(server.FilesInUploads()); // the answer
        using var gone = await Tus.DeleteAsync(upload);
        Assert.Empty(server.FilesInUploads());
    }

    [Fact]
    public async Task AClientWithoutPatch_MayPostIt()
    {
        var upload = await Tus.CreateAsync(File.Length);

        using var piece = await Tus.SendAsync(HttpMethod.Post, upload, File[..10], ("Upload-Offset", "0"), ("X-HTTP-Method-Override", "PATCH"));
        Assert.Equal((HttpStatusCode.NoContent, 10), (piece.StatusCode, TusClient.OffsetOf(piece)));
        using var none = await Tus.SendAsync(HttpMethod.Post, upload, File[..10], ("Upload-Offset", "10"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, none.StatusCode);
        using var deleted = await Tus.SendAsync(HttpMethod.Post, upload, null, ("X-HTTP-Method-Override", "DELETE"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task WithAKey_UploadsWantIt_AndAnswersBearTheVersionAllTheSame()
    {
        const string key = "a-key-that-is-long-enough";
        await using var own = await AssetServer.StartAsync("--ApiKey", key);
        var tus = new TusClient(own.Http);

        using var refused = await tus.SendAsync(HttpMethod.Post, "/assets/tus", null, ("Upload-Length", "5"));
        Assert.Equal((HttpStatusCode.Unauthorized, "1.0.0"), (refused.StatusCode, TusClient.Header(refused, "Tus-Resumable")));
        own.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        Assert.StartsWith("/assets/tus/", await tus.CreateAsync(5), StringComparison.Ordinal);
        using var unknown = await tus.HeadAsync("/assets/tus/x");
        Assert.Equal((HttpStatusCode.NotFound, "1.0.0"), (unknown.StatusCode, TusClient.Header(unknown, "Tus-Resumable")));
    }

    private async Task<string> FinishedAsync()
    {
        var upload = await Tus.CreateAsync(File.Length);
        using var whole = await Tus.PatchAsync(upload, 0, File);
        Assert.Equal(HttpStatusCode.NoContent, whole.StatusCode);
        return upload;
    }
}
