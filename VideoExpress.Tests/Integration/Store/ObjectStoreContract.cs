using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>What every object store promises; each implementation runs all of it.</summary>
public abstract class ObjectStoreContract : IAsyncLifetime
{
    private static readonly HttpClient Http = new();

    internal IObjectStore Store { get; set; } = null!;

    /// <summary>Where URLs lead when the store has no address of its own.</summary>
    internal Uri BaseUrl { get; set; } = new("http://unused.invalid");

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    [Fact]
    public async Task Put_IsReadBack_WithItsLengthAndType()
    {
        var key = Inbox("video.mp4");

        await PutAsync(key, "moving pictures", "video/mp4");

        var stat = await Store.StatAsync(key, default);
        Assert.Equal((key, 15, "video/mp4"), (stat!.Key, stat.Length, stat.ContentType));
        Assert.InRange(stat.ModifiedAt, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        Assert.Equal("moving pictures", await ReadAsync(key));
    }

    [Theory]
    [InlineData("video", "video/mp4")]
    [InlineData("poster.png", "image/webp")]
    [InlineData("take.mp4", "video/mp4; codecs=avc1")]
    [InlineData("voice", "application/octet-stream")]
    public async Task Put_KeepsTheType_WhateverTheName(string name, string contentType)
    {
        var key = Inbox(name);

        await PutAsync(key, "x", contentType);

        Assert.Equal(contentType, (await Store.StatAsync(key, default))!.ContentType);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((5 << 20) - 1)]
    [InlineData(5 << 20)]
    [InlineData(20 << 20)]
    public async Task Put_KeepsEveryByte_OfSmallAndLarge(int length)
    {
        var key = Published("video.mp4");
        var bytes = Random(length);

        var told = new ConcurrentQueue<long>();
        var what = new NewObject(length, "video/mp4") { Progress = new DirectProgress<long>(told.Enqueue) };
        var sha256 = await Store.PutAsync(key, new MemoryStream(bytes), what, default);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), sha256);
        Assert.Equal(told.Order(), told);
        Assert.Equal(length, told.LastOrDefault());
        await using var content = await Store.OpenReadAsync(key, default);
        var copy = new MemoryStream();
        await content!.CopyToAsync(copy);
        Assert.True(bytes.AsSpan().SequenceEqual(copy.ToArray()));
        Assert.Equal(length, (await Store.StatAsync(key, default))!.Length);
    }

    [Fact]
    public async Task Put_KeepsEveryByte_Of200MB()
    {
        const long length = 200 << 20;
        var key = Published("film.mp4");
        using var expected = new NumberStream(length);

        var sha256 = await Store.PutAsync(key, new NumberStream(length), new NewObject(length, "video/mp4"), default);

        Assert.Equal(Convert.ToHexStringLower(await SHA256.HashDataAsync(expected)), sha256);
        await using var content = await Store.OpenReadAsync(key, default);
        Assert.Equal(sha256, Convert.ToHexStringLower(await SHA256.HashDataAsync(content!)));
        await AssertNothingUnfinishedAsync();
    }

    [Fact]
    public async Task Put_ReadsFromWhereTheStreamStands()
    {
        var key = Inbox("video.mp4");
        var content = new MemoryStream(Encoding.UTF8.GetBytes("head body")) { Position = 5 };

        await Store.PutAsync(key, content, new NewObject(4, "video/mp4"), default);

        Assert.Equal("body", await ReadAsync(key));
    }

    [Theory]
    [InlineData(10, 11)]
    [InlineData(10, 9)]
    [InlineData(0, 1)]
    [InlineData(20 << 20, (20 << 20) - 1)]
    [InlineData(20 << 20, (20 << 20) + 1)]
    [InlineData(20 << 20, 17 << 20)]
    public async Task Put_StoresNothing_WhenTheLengthIsNotAsPromised(int promised, int real)
    {
        var key = Inbox("video.mp4");

        var error = await Assert.ThrowsAsync<StoreException>(
            () => Store.PutAsync(key, new MemoryStream(new byte[real]), new NewObject(promised, "video/mp4"), default));

        Assert.Contains($"{promised} bytes", error.Message, StringComparison.Ordinal);
        Assert.Null(await Store.StatAsync(key, default));
        await AssertNothingUnfinishedAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(20 << 20)]
    public async Task Put_StoresNothing_WhenTheContentIsNotWhatWasChecked(int length)
    {
        var key = Published("video.mp4");
        var what = new NewObject(length, "video/mp4") { Sha256 = new string('0', 64) };

        var error = await Assert.ThrowsAsync<StoreException>(() => Store.PutAsync(key, new MemoryStream(Random(length)), what, default));

        Assert.Contains("changed after it was checked", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
        Assert.Null(await Store.StatAsync(key, default));
        await AssertNothingUnfinishedAsync();
    }

    [Fact]
    public async Task Put_PassesOn_WhatTheSourceThrows()
    {
        var key = Inbox("video.mp4");

        await Assert.ThrowsAsync<InvalidDataException>(() => Store.PutAsync(key, new FailingStream(), new NewObject(6 << 20, "video/mp4"), default));

        Assert.Null(await Store.StatAsync(key, default));
        await AssertNothingUnfinishedAsync();
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(20 << 20)]
    public async Task Put_LeavesNothing_WhenItIsCancelledMidway(int given)
    {
        var key = Inbox("video.mp4");
        using var cancel = new CancellationTokenSource();
        using var content = new HangingStream(given);

        var put = Store.PutAsync(key, content, new NewObject(50 << 20, "video/mp4"), cancel.Token);
        await content.Hangs.WaitAsync(TimeSpan.FromSeconds(20));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Null(await Store.StatAsync(key, default));
        await AssertNothingUnfinishedAsync();
    }

    [Fact]
    public async Task Put_LeavesItsSourceOpen_AndReadsItNoMoreWhenItIsDone()
    {
        var content = new MemoryStream("body"u8.ToArray());

        await Store.PutAsync(Inbox("video.mp4"), content, new NewObject(4, "video/mp4"), default);
        content.Position = 0;

        Assert.Equal((byte)'b', content.ReadByte());
    }

    [Fact]
    public async Task EndUnfinished_EndsWhatAKilledProcessLeft_OnceItIsOld_AndNothingElse()
    {
        var done = Published("done.mp4");
        await PutAsync(done, "done");
        await LeaveUnfinishedAsync(Published("video.mp4"));
        var now = TimeProvider.System.GetUtcNow();

        Assert.Equal(0, await Store.EndUnfinishedAsync(now.AddHours(-1), default));
        Assert.Equal(1, await Store.EndUnfinishedAsync(now.AddMinutes(1), default));

        await AssertNothingUnfinishedAsync();
        Assert.Equal(0, await Store.EndUnfinishedAsync(now.AddMinutes(1), default));
        Assert.Equal("done", await ReadAsync(done));
    }

    [Fact]
    public async Task Put_Replaces_WhatAWorkerPut()
    {
        var key = Inbox("result.json");
        await PutAsync(key, "first", "application/x-first");

        await PutAsync(key, "second!", "application/json");

        Assert.Equal("second!", await ReadAsync(key));
        Assert.Equal("application/json", (await Store.StatAsync(key, default))!.ContentType);
    }

    [Fact]
    public async Task Put_IsIdempotent_ForAPublishedFile()
    {
        var key = Published("video.mp4");
        await PutAsync(key, "final cut");
        var before = await Store.StatAsync(key, default);

        var again = await PutAsync(key, "final cut");

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("final cut"u8)), again);
        Assert.Equal(before, await Store.StatAsync(key, default));
    }

    [Theory]
    [InlineData("other cut")]
    [InlineData("final")]
    [InlineData("final cut, longer")]
    public async Task Put_NeverReplaces_WhatIsPublished(string other)
    {
        var key = Published("video.mp4");
        await PutAsync(key, "final cut");

        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(key, other));

        Assert.False(error.CanHeal);
        Assert.Contains("published already", error.Message, StringComparison.Ordinal);
        Assert.Equal("final cut", await ReadAsync(key));
    }

    [Fact]
    public async Task Stat_AndRead_AreNull_WhenThereIsNothing()
    {
        Assert.Null(await Store.StatAsync(Inbox("none.mp4"), default));
        Assert.Null(await Store.OpenReadAsync(Inbox("none.mp4"), default));
    }

    [Fact]
    public async Task Read_GoesOn_WhileTheObjectIsRemoved()
    {
        var key = Inbox("video.mp4");
        await PutAsync(key, "still here");
        await using var content = await Store.OpenReadAsync(key, default);

        await Store.DeleteAsync(key, default);

        using var reader = new StreamReader(content!);
        Assert.Equal("still here", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task List_GivesWhatIsBelowAPrefix_AndNothingElse()
    {
        var (job, other) = (NewId(), NewId());
        var keys = new[] { "a.mp4", "b", "c.srt" }.Select(name => StoreKey.Published(job, "export-1", name)).ToArray();
        foreach (var key in keys)
        {
            await PutAsync(key, "12345", "application/x-odd");
        }

        await PutAsync(StoreKey.Published(other, "export-1", "a.mp4"), "12345");

        var found = await ListAsync($"jobs/{job}/");
        Assert.Equal(keys.Select(key => (key, 5L)), found.OrderBy(o => o.Key.Value, StringComparer.Ordinal).Select(o => (o.Key, o.Length)));
        Assert.Contains(await ListAsync(""), o => o.Key == keys[0]);
        Assert.Empty(await ListAsync($"jobs/{NewId()}/"));
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("/")]
    [InlineData("jobs/../")]
    [InlineData("jobs//")]
    public async Task List_RefusesAPrefix_ThatIsNoFolder(string prefix) =>
        await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(prefix));

    [Fact]
    public async Task Delete_RemovesOneObject_AndIsNoErrorWhenThereIsNone()
    {
        var (key, neighbour) = (Inbox("a.mp4"), Inbox("b.mp4"));
        await PutAsync(key, "a");
        await PutAsync(neighbour, "b");

        await Store.DeleteAsync(key, default);
        await Store.DeleteAsync(key, default);

        Assert.Null(await Store.StatAsync(key, default));
        Assert.NotNull(await Store.StatAsync(neighbour, default));
    }

    [Fact]
    public async Task PresignedUrls_LetAPlainClientPutAndGet()
    {
        var key = Inbox("clip.mp4");
        using var body = new ByteArrayContent("made by a worker"u8.ToArray());
        body.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");

        using var put = await Http.PutAsync(Store.PresignPut(key, TimeSpan.FromMinutes(5), BaseUrl), body);
        using var get = await Http.GetAsync(Store.PresignGet(key, TimeSpan.FromMinutes(5), BaseUrl));

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal("video/mp4", get.Content.Headers.ContentType!.MediaType);
        Assert.Equal("made by a worker", await get.Content.ReadAsStringAsync());
        Assert.Equal("made by a worker", await ReadAsync(key));
    }

    [Fact]
    public async Task PresignedGet_ServesRanges()
    {
        var key = Published("clip.mp4");
        await PutAsync(key, "0123456789");
        using var request = new HttpRequestMessage(HttpMethod.Get, Store.PresignGet(key, TimeSpan.FromMinutes(5), BaseUrl));
        request.Headers.Range = new RangeHeaderValue(2, 4);

        using var answer = await Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal("bytes 2-4/10", answer.Content.Headers.ContentRange!.ToString());
        Assert.Equal("234", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("film.mp4")]
    [InlineData("Mein \"Film\" – 日本 & 100%.mp4")]
    [InlineData("  spaces, and a | bar.mp4")]
    [InlineData("🎬.mp4")]
    public async Task PresignedGet_CarriesTheName_WhateverItsLetters(string name)
    {
        var key = Published("clip.mp4");
        await PutAsync(key, "x");

        using var saved = await Http.GetAsync(Store.PresignGet(key, TimeSpan.FromMinutes(5), BaseUrl, Disposition.Attachment(name)));
        using var shown = await Http.GetAsync(Store.PresignGet(key, TimeSpan.FromMinutes(5), BaseUrl, Disposition.Inline(name)));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (saved.StatusCode, shown.StatusCode));
        Assert.Equal(("attachment", name), Parts(saved));
        Assert.Equal(("inline", name), Parts(shown));
    }

    [Theory]
    [InlineData("../../etc/passwd", ".._.._etc_passwd")]
    [InlineData("..\\boot.ini", ".._boot.ini")]
    [InlineData("a\r\nX-Evil: 1", "a__X-Evil: 1")]
    public async Task PresignedGet_NeverCarriesAPath(string name, string safe)
    {
        var key = Published("clip.mp4");
        await PutAsync(key, "x");

        using var answer = await Http.GetAsync(Store.PresignGet(key, TimeSpan.FromMinutes(5), BaseUrl, Disposition.Inline(name)));

        Assert.Equal(("inline", safe), Parts(answer));
        Assert.False(answer.Headers.Contains("X-Evil"));
    }

    [Fact]
    public async Task PresignedUrls_AreForOneMethodAndOneKey()
    {
        var (key, other) = (Inbox("clip.mp4"), Inbox("other.mp4"));
        await PutAsync(key, "x");
        await PutAsync(other, "y");
        var get = Store.PresignGet(key, TimeSpan.FromMinutes(5), BaseUrl);

        using var put = await Http.PutAsync(get, new StringContent("spoiled"));
        using var foreign = await Http.GetAsync(new Uri(get.AbsoluteUri.Replace(key.Value, other.Value, StringComparison.Ordinal)));
        using var wrongMethod = await Http.GetAsync(Store.PresignPut(key, TimeSpan.FromMinutes(5), BaseUrl));

        Assert.Equal(
            [HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden],
            new[] { put.StatusCode, foreign.StatusCode, wrongMethod.StatusCode });
        Assert.Equal("x", await ReadAsync(key));
    }

    [Fact]
    public async Task PresignedUrls_Expire()
    {
        var (get, put) = await ExpiredUrlsAsync(Inbox("clip.mp4"));

        using var got = await Http.GetAsync(get);
        using var putAnswer = await Http.PutAsync(put, new StringContent("late"));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (got.StatusCode, putAnswer.StatusCode));
        Assert.Contains("expired", await got.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData((7 * 24 * 3600 * 1000) + 1)]
    public void Presigning_RefusesALifetime_OutsideOfASecondAndAWeek(int milliseconds)
    {
        var lifetime = TimeSpan.FromMilliseconds(milliseconds);

        Assert.Throws<ArgumentOutOfRangeException>(() => Store.PresignGet(Inbox("a"), lifetime, BaseUrl));
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.PresignPut(Inbox("a"), lifetime, BaseUrl));
    }

    [Fact]
    public void PresignPut_IsRefused_OutsideOfTheInbox() =>
        Assert.Throws<ArgumentException>(() => Store.PresignPut(Published("video.mp4"), TimeSpan.FromMinutes(5), BaseUrl));

    internal static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());

    internal static StoreKey Inbox(string name) => StoreKey.Inbox(NewId(), NewId(), name);

    internal static StoreKey Published(string name) => StoreKey.Published(NewId(), NewId().ToString(), name);

    internal static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Fails when a temporary file or an upload in parts was left over.</summary>
    internal abstract Task AssertNothingUnfinishedAsync();

    /// <summary>Leaves what a process leaves that is killed in mid-upload.</summary>
    internal abstract Task LeaveUnfinishedAsync(StoreKey key);

    /// <summary>URLs to get and put <paramref name="key"/> that were good once.</summary>
    internal abstract Task<(Uri Get, Uri Put)> ExpiredUrlsAsync(StoreKey key);

    internal async Task<string> PutAsync(StoreKey key, string text, string contentType = "video/mp4")
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return await Store.PutAsync(key, new MemoryStream(bytes), new NewObject(bytes.Length, contentType), default);
    }

    internal async Task<string> ReadAsync(StoreKey key)
    {
        await using var content = await Store.OpenReadAsync(key, default);
        using var reader = new StreamReader(content!);
        return await reader.ReadToEndAsync();
    }

    private static (string Type, string? Name) Parts(HttpResponseMessage answer) =>
        (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentDisposition.FileNameStar);

    private async Task<List<StoredObject>> ListAsync(string prefix) => await Store.ListAsync(prefix, default).ToListAsync();
}
