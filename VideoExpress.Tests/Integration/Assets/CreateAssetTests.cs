using System.Net.Http.Headers;
using System.Text;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary><c>POST /assets</c> with real files over the local folder.</summary>
public sealed class CreateAssetTests(AssetServer server) : IClassFixture<AssetServer>
{
    [Fact]
    public async Task AVideo_IsTakenIn_WithAllThatIsKnownOfIt()
    {
        using var answer = await server.PostAsync(MediaFiles.Video, "?name=My%20film.mp4", "text/plain");

        var asset = await AssetServer.CreatedAsync(answer);
        var id = asset.GetProperty("asset_id").GetString();
        Assert.Equal($"/assets/{id}", answer.Headers.Location?.ToString());
        Assert.Equal($"asset://{id}", asset.GetProperty("url").GetString());
        Assert.Equal("My film.mp4", asset.GetProperty("name").GetString());
        Assert.Equal("video", asset.GetProperty("kind").GetString());
        Assert.Equal("video/mp4", asset.GetProperty("content_type").GetString());
        Assert.Equal(MediaFiles.Video.Length, asset.GetProperty("bytes").GetInt64());
        Assert.Equal(AssetServer.Sha256(MediaFiles.Video), asset.GetProperty("sha256").GetString());
        Assert.Equal(1, asset.GetProperty("duration").GetDouble(), precision: 1);
        Assert.Equal((320, 180), (asset.GetProperty("width").GetInt32(), asset.GetProperty("height").GetInt32()));
        Assert.Equal(24, asset.GetProperty("fps").GetDouble());
        Assert.Equal(("h264", "aac"), (asset.GetProperty("video_codec").GetString(), asset.GetProperty("audio_codec").GetString()));
        Assert.Equal(asset.GetProperty("created_at").GetString(), (await server.GetAsync($"/assets/{id}")).GetProperty("created_at").GetString());
    }

    [Fact]
    public async Task ItsUrls_GiveTheVeryBytes_UnderItsName_AndAThumbnail()
    {
        var asset = await server.TakeAsync(MediaFiles.Video, "?name=" + Uri.EscapeDataString("Größe 🎬 ワン.mp4"));

        using var file = await server.Http.GetAsync(asset.GetProperty("download_url").GetString());
        Assert.Equal(MediaFiles.Video, await file.Content.ReadAsByteArrayAsync());
        Assert.Equal("video/mp4", file.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Größe 🎬 ワン.mp4", file.Content.Headers.ContentDisposition?.FileNameStar);

        using var shown = await server.Http.GetAsync(asset.GetProperty("source_url").GetString());
        Assert.Equal("inline", shown.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("attachment", file.Content.Headers.ContentDisposition?.DispositionType);

        using var thumbnail = await server.Http.GetAsync(asset.GetProperty("thumbnail_url").GetString());
        Assert.Equal("image/jpeg", thumbnail.Content.Headers.ContentType?.MediaType);
        Assert.Equal([0xFF, 0xD8], (await thumbnail.Content.ReadAsByteArrayAsync())[..2]);
    }

    public static TheoryData<string, string, string, int?, int?, bool> Kinds => new()
    {
        { nameof(MediaFiles.Turned), "video", "video/mp4", 180, 320, true },
        { nameof(MediaFiles.Webm), "video", "video/webm", 160, 90, true },
        { nameof(MediaFiles.QuickTime), "video", "video/quicktime", 160, 90, true },
        { nameof(MediaFiles.AnimatedGif), "video", "image/gif", 64, 64, true },
        { nameof(MediaFiles.StillGif), "image", "image/gif", 64, 64, false },
        { nameof(MediaFiles.Transparent), "image", "image/png", 1280, 720, false },
        { nameof(MediaFiles.Jpeg), "image", "image/jpeg", 641, 481, false },
        { nameof(MediaFiles.Webp), "image", "image/webp", 320, 240, false },
        { nameof(MediaFiles.Mp3), "audio", "audio/mpeg", null, null, true },
        { nameof(MediaFiles.Wav), "audio", "audio/wav", null, null, true },
        { nameof(MediaFiles.M4a), "audio", "audio/mp4", null, null, true },
        { nameof(MediaFiles.Ogg), "audio", "audio/ogg", null, null, true },
        { nameof(MediaFiles.Flac), "audio", "audio/flac", null, null, true },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AFile_IsWhatItsContentSays(string file, string kind, string contentType, int? width, int? height, bool hasDuration)
    {
        var bytes = (byte[])typeof(MediaFiles).GetProperty(file)!.GetValue(null)!;

        var asset = await server.TakeAsync(bytes, "?name=claims-to-be.exe");

        Assert.Equal((kind, contentType), (asset.GetProperty("kind").GetString(), asset.GetProperty("content_type").GetString()));
        Assert.Equal(width, Number("width"));
        Assert.Equal(height, Number("height"));
        Assert.Equal(hasDuration ? 1.0 : (double?)null, Number("duration") is { } seconds ? Math.Round(seconds) : (double?)null);
        Assert.Equal(kind == "video", Number("fps") is not null);
        Assert.Equal(kind == "audio", asset.GetProperty("thumbnail_url").GetString() is null);

        double? Number(string name) => asset.GetProperty(name) is { ValueKind: System.Text.Json.JsonValueKind.Number } number ? number.GetDouble() : null;
    }

    [Fact]
    public async Task AThumbnail_ShowsWhatIsTransparentOnWhite_AndIsSmall()
    {
        var asset = await server.TakeAsync(MediaFiles.Transparent);
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("t.jpg"), await server.Http.GetByteArrayAsync(asset.GetProperty("thumbnail_url").GetString()));

        var pixels = Timeline.Tool.Run("ffmpeg", ["-v", "error", "-i", folder.File("t.jpg"), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]);

        Assert.Equal(640 * 360 * 3, pixels.Length);
        Assert.All(pixels[(3 * 100)..(3 * 101)], channel => Assert.InRange(channel, 250, 255));
        Assert.InRange(pixels[3 * 600], 240, 255);
        Assert.InRange(pixels[(3 * 600) + 1], 0, 15);
    }

    [Theory]
    [InlineData("the file's own.mp4", null, "the file's own.mp4")]
    [InlineData("a.mp4", "Der Rhein, früh", "Der Rhein, früh")]
    [InlineData("../../../etc/passwd", null, "passwd")]
    [InlineData("C:\\Users\\me\\film.mp4", null, "film.mp4")]
    [InlineData("a.mp4", "../..", "a.mp4")]
    [InlineData("a.mp4", "new\nline\u202E.mp4", "newline.mp4")]
    public async Task AForm_NamesItsFile_AndANameIsNeverAPath(string fileName, string? name, string shown)
    {
        using var form = Form(MediaFiles.Video, fileName);
        if (name is not null)
        {
            form.Add(new StringContent(name), "name");
        }

        using var answer = await server.Http.PostAsync("/assets", form);

        Assert.Equal(shown, (await AssetServer.CreatedAsync(answer)).GetProperty("name").GetString());
    }

    [Fact]
    public async Task AFormAsABrowserSendsIt_WithUtf8InTheFileName_IsUnderstood()
    {
        var head = Encoding.UTF8.GetBytes("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Übung.png\"\r\nContent-Type: image/png\r\n\r\n");
        using var content = new ByteArrayContent([.. head, .. MediaFiles.Transparent, .. "\r\n--b--\r\n"u8]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");

        using var answer = await server.Http.PostAsync("/assets", content);

        Assert.Equal("Übung.png", (await AssetServer.CreatedAsync(answer)).GetProperty("name").GetString());
    }

    [Fact]
    public async Task AFileWithoutAName_IsCalledByItsKind()
    {
        Assert.Equal("audio.mp3", (await server.TakeAsync(MediaFiles.Mp3)).GetProperty("name").GetString());
    }

    [Fact]
    public async Task TheSameFileTwice_IsTwoAssets()
    {
        var (first, second) = (await server.TakeAsync(MediaFiles.Webp), await server.TakeAsync(MediaFiles.Webp));

        Assert.NotEqual(first.GetProperty("asset_id").GetString(), second.GetProperty("asset_id").GetString());
        Assert.Equal(first.GetProperty("sha256").GetString(), second.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task WhatIsNoMedia_IsRefused_AndNothingStays()
    {
        var (rows, stored) = (server.Count("select count(*) from assets"), server.FilesInStore().Count());
        foreach (var (file, words) in new (byte[], string)[]
        {
            ([], "is empty."),
            ("<!doctype html><p>not found"u8.ToArray(), "a web page"),
            ("#EXTM3U\nhttp://127.0.0.1/secret"u8.ToArray(), "a playlist"),
            ("PK\u0003\u0004 and more"u8.ToArray(), "a ZIP archive"),
            ("just a text"u8.ToArray(), "a text"),
            (MediaFiles.Video[..^1000], "cut off"),
            (MediaFiles.Transparent[..64], "neither picture nor sound"),
        })
        {
            using var raw = await server.PostAsync(file);
            await AssetServer.RefusedAsync(raw, words);
            using var form = Form(file, "fine.mp4");
            using var asForm = await server.Http.PostAsync("/assets", form);
            await AssetServer.RefusedAsync(asForm, words);
        }

        Assert.Equal((rows, stored), (server.Count("select count(*) from assets"), server.FilesInStore().Count()));
        Assert.Empty(server.FilesInUploads());
    }

    [Fact]
    public async Task ANameWithANoncharacter_IsShownWithoutIt_WhereverItStands()
    {
        var query = await server.TakeAsync(MediaFiles.Webp, "?name=a%EF%BF%BEb");
        using var form = Form(MediaFiles.Webp, "a.webp");
        form.Add(new StringContent("a\uFFFEb"), "name");
        using var asForm = await server.Http.PostAsync("/assets", form);
        var upload = await new TusClient(server.Http).CreateAsync(MediaFiles.Webp.Length, TusClient.Metadata("name", "a\uFFFEb"));
        using var whole = await new TusClient(server.Http).PatchAsync(upload, 0, MediaFiles.Webp);

        Assert.Equal("ab", query.GetProperty("name").GetString());
        Assert.Equal("ab", (await AssetServer.CreatedAsync(asForm)).GetProperty("name").GetString());
        Assert.Equal("ab", (await server.GetAsync(upload)).GetProperty("name").GetString());
    }

    [Fact]
    public async Task AFileOfEmptyBoxes_IsRefused_WithoutReadingThemAll()
    {
        var file = new byte[64 << 20];
        "\0\0\0\u0010ftypisom\0\0\0\0"u8.CopyTo(file);
        for (var i = 16; i < file.Length; i += 8)
        {
            "\0\0\0\u0008free"u8.CopyTo(file.AsSpan(i));
        }

        using var answer = await server.PostAsync(file);

        await AssetServer.RefusedAsync(answer, "is not a video that can be read: it has more than 100000 boxes.");
    }

    [Fact]
    public async Task APictureOfTooManyPixels_IsRefused_BeforeItTakesMemory()
    {
        using var answer = await server.PostAsync(MediaFiles.Huge);

        await AssetServer.RefusedAsync(answer, "50 megapixels at most");
    }

    [Fact]
    public async Task AFormsFieldsAreChecked()
    {
        using var empty = new MultipartFormDataContent { { new StringContent("x"), "name" } };
        using var missing = await server.Http.PostAsync("/assets", empty);
        await AssetServer.RefusedAsync(missing, "is missing.");

        using var twice = Form(MediaFiles.Webp, "a.webp");
        twice.Add(new ByteArrayContent(MediaFiles.Webp), "file", "b.webp");
        using var doubled = await server.Http.PostAsync("/assets", twice);
        await AssetServer.RefusedAsync(doubled, "is given more than once.");

        using var other = new MultipartFormDataContent { { new ByteArrayContent(MediaFiles.Webp), "video", "a.webp" } };
        using var unknown = await server.Http.PostAsync("/assets", other);
        await AssetServer.ProblemAsync(unknown, 422, "\"video\"");

        foreach (var (length, status) in new[] { (4096, 201), (4097, 422) })
        {
            using var named = Form(MediaFiles.Webp, "a.webp");
            named.Add(new StringContent(new string('x', length)), "name");
            using var answer = await server.Http.PostAsync("/assets", named);
            Assert.Equal(status, (int)answer.StatusCode);
            if (status == 422)
            {
                await AssetServer.RefusedAsync(answer, 422, "name", "may have 4096 bytes at most.");
            }
        }

        using var query = await server.PostAsync(MediaFiles.Webp, "?nmae=x");
        await AssetServer.ProblemAsync(query, 422, "did you mean name?");
        Assert.Empty(server.FilesInUploads());
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc")]
    [InlineData("multipart/form-data; boundary=b", "--c\r\n\r\nabc")]
    [InlineData("multipart/form-data", "--b--")]
    public async Task ABrokenForm_Is400(string contentType, string body)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var answer = await server.Http.PostAsync("/assets", content);

        await AssetServer.ProblemAsync(answer, 400, "detail");
        Assert.Empty(server.FilesInUploads());
    }

    [Fact]
    public async Task ABodyThatBreaksOff_LeavesNothing_AndIsNoFaultOfTheServer()
    {
        await using var own = await AssetServer.StartAsync();
        using (await RawRequest.SendAsync(own.Http.BaseAddress!, "POST", "/assets", 1_000_000, MediaFiles.Video))
        {
            await AssetServer.UntilAsync(() => Task.FromResult(Received(own) >= MediaFiles.Video.Length), "the sent part on the disk");
        }

        await AssetServer.UntilAsync(() => Task.FromResult(!Directory.EnumerateFileSystemEntries(own.Folder.Uploads).Any()), "its removal");
        Assert.Empty(own.FilesInStore());
        Assert.Equal(0, own.Count("select count(*) from assets"));
        Assert.DoesNotContain("\"@l\":\"Error\"", own.Running.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileOverTheLimit_Is413_WhetherItsLengthIsSaidOrNot_AndOneAtTheLimitIsTaken()
    {
        var file = MediaFiles.Webp;
        await using var own = await AssetServer.StartAsync("--Assets:MaxBytes", $"{file.Length}");
        byte[] tooLong = [.. file, 0];

        await own.TakeAsync(file);
        using var exact = Form(file, "a.webp");
        (await own.Http.PostAsync("/assets", exact)).EnsureSuccessStatusCode().Dispose();
        using var said = await own.PostAsync(tooLong);
        await AssetServer.RefusedAsync(said, 413, "file", $"{file.Length} bytes");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/assets") { Content = new ByteArrayContent(tooLong), Headers = { TransferEncodingChunked = true } };
        using var unsaid = await own.Http.SendAsync(chunked);
        await AssetServer.RefusedAsync(unsaid, 413, "file", $"{file.Length} bytes");
        using var form = Form(tooLong, "a.webp");
        using var asForm = await own.Http.PostAsync("/assets", form);
        await AssetServer.RefusedAsync(asForm, 413, "file", $"{file.Length} bytes");
        Assert.Empty(own.FilesInUploads());
    }

    [Fact]
    public async Task ADiskThatIsNearlyFull_IsRefused_BeforeItIsFull()
    {
        await using var own = await AssetServer.StartAsync("--Store:MinFreeBytes", $"{long.MaxValue >> 1}");

        using var answer = await own.PostAsync(MediaFiles.Webp);

        await AssetServer.ProblemAsync(answer, 503, "Store:MinFreeBytes");
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/assets") { Content = new ByteArrayContent(MediaFiles.Webp), Headers = { TransferEncodingChunked = true } };
        using var unsaid = await own.Http.SendAsync(chunked);
        await AssetServer.ProblemAsync(unsaid, 503, "Store:MinFreeBytes");
        using var tus = await new TusClient(own.Http).SendAsync(HttpMethod.Post, "/assets/tus", null, ("Upload-Length", "5"));
        await AssetServer.ProblemAsync(tus, 503, "Store:MinFreeBytes");
        Assert.Empty(own.FilesInUploads());
    }

    [Fact]
    public async Task AFileWhoseCopyInTheStoreWouldFindNoRoom_IsRefused_BeforeItIsSent()
    {
        await using var own = await AssetServer.StartAsync("--Assets:MaxBytes", $"{long.MaxValue >> 1}", "--Store:MinFreeBytes", "0");
        var length = (long)(new DriveInfo(own.Folder.Uploads).AvailableFreeSpace * 0.7);

        using (var request = await RawRequest.SendAsync(own.Http.BaseAddress!, "POST", "/assets", length, default))
        {
            var answer = await request.AnswerAsync();
            Assert.StartsWith("HTTP/1.1 503", answer, StringComparison.Ordinal);
            Assert.Contains("an upload needs room as it comes in, and once more in the store", answer, StringComparison.Ordinal);
        }

        using var tus = await new TusClient(own.Http).SendAsync(HttpMethod.Post, "/assets/tus", null, ("Upload-Length", $"{length}"));
        await AssetServer.ProblemAsync(tus, 503, "once more in the store");
        await new TusClient(own.Http).CreateAsync(length * 3 / 7);
    }

    [Fact]
    public async Task TheLog_HoldsNoNameOfAFile()
    {
        await server.TakeAsync(MediaFiles.Webp, "?name=very-private-name.webp");

        Assert.Contains("taken in", server.Running.LogText, StringComparison.Ordinal);
        Assert.DoesNotContain("very-private", server.Running.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheDescription_HasTheCalls_WithTheForm()
    {
        var document = await server.GetAsync("/openapi/v1.json");

        var paths = document.GetProperty("paths");
        var post = paths.GetProperty("/assets").GetProperty("post");
        Assert.Equal("binary", post.GetProperty("requestBody").GetProperty("content").GetProperty("multipart/form-data")
            .GetProperty("schema").GetProperty("properties").GetProperty("file").GetProperty("format").GetString());
        Assert.True(post.GetProperty("responses").TryGetProperty("201", out _));
        Assert.True(paths.GetProperty("/assets/{id}").TryGetProperty("delete", out _));
        Assert.True(paths.GetProperty("/assets/tus/{id}").TryGetProperty("patch", out _));
    }

    private static long Received(AssetServer own) => Directory.EnumerateFiles(own.Folder.Uploads).Sum(file => new FileInfo(file).Length);

    private static MultipartFormDataContent Form(byte[] file, string fileName) => new() { { new ByteArrayContent(file), "file", fileName } };
}
