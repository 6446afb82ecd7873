using Minio.DataModel.Args;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.S3;
using static VideoExpress.Tests.Integration.Store.ObjectStoreContract;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>What only an S3 store has: headers kept with an object, and uploads that nobody ended.</summary>
[Collection(S3Tests.Name)]
public sealed class S3UploadTests : IDisposable
{
    private readonly S3Server _server;
    private readonly S3Store _store;

    public S3UploadTests(S3ServerFixture fixture)
    {
        _server = fixture.Server;
        _server.SetFaults("[]");
        _store = new S3Store(_server.Settings, TimeProvider.System);
    }

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(20 << 20)]
    public async Task Put_KeepsTheDownloadName_WithTheObject(int length)
    {
        var key = Published("video.mp4");
        var what = new NewObject(length, "video/mp4") { DownloadName = "Größe 1.mp4" };

        await _store.PutAsync(key, new MemoryStream(new byte[length]), what, default);

        using var http = new HttpClient();
        using var answer = await http.GetAsync(Get(key), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("video/mp4", answer.Content.Headers.ContentType!.ToString());
        var disposition = answer.Content.Headers.ContentDisposition!;
        Assert.Equal(("inline", "Größe 1.mp4"), (disposition.DispositionType, disposition.FileNameStar));
    }

    [Fact]
    public async Task Put_HasNoDisposition_AfterOneThatHad()
    {
        var key = Published("plain.mp4");
        await _store.PutAsync(Published("named.mp4"), new MemoryStream(), new NewObject(0, "video/mp4") { DownloadName = "a" }, default);

        await _store.PutAsync(key, new MemoryStream(), new NewObject(0, "video/mp4"), default);

        using var http = new HttpClient();
        using var answer = await http.GetAsync(Get(key));
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    [Fact]
    public async Task EndUnfinished_LeavesAlone_WhatOthersKeepInTheBucket()
    {
        var foreign = StoreKey.Parse("backups/film.mp4");
        await S3Uploads.LeaveAsync(_server, _store, foreign);

        try
        {
            Assert.Equal(0, await _store.EndUnfinishedAsync(DateTimeOffset.MaxValue, default));
            Assert.Equal([foreign.Value], await S3Uploads.UnfinishedAsync(_server));
        }
        finally
        {
            using var clients = new S3Clients(_server.Settings, TimeProvider.System);
            await clients.Traffic.RemoveIncompleteUploadAsync(new RemoveIncompleteUploadArgs().WithBucket(S3Server.Bucket).WithObject(foreign.Value));
        }
    }

    [Fact]
    public async Task AFailedUpload_DoesNotEndAnother_OfTheSameKey()
    {
        var key = Inbox("film.mp4");
        using var cancel = new CancellationTokenSource();
        using var content = new HangingStream(20 << 20);
        var running = _store.PutAsync(key, content, new NewObject(50 << 20, "video/mp4"), cancel.Token);
        await content.Hangs;

        await Assert.ThrowsAsync<InvalidDataException>(
            () => _store.PutAsync(key, new FailingStream(), new NewObject(50 << 20, "video/mp4"), default));

        Assert.Equal([key.Value], await S3Uploads.UnfinishedAsync(_server));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(await S3Uploads.UnfinishedAsync(_server));
    }

    [Fact]
    public async Task Put_SendsTwoAtOnce_AndNoMore()
    {
        using var cancel = new CancellationTokenSource();
        var contents = Enumerable.Range(0, 3).Select(_ => new HangingStream(1000)).ToArray();
        var puts = contents.Select(content => _store.PutAsync(Inbox("x.bin"), content, new NewObject(2000, "video/mp4"), cancel.Token)).ToArray();

        await Task.WhenAll(contents[0].Hangs, contents[1].Hangs).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(contents[2].Hangs.IsCompleted);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(puts));
        Assert.False(contents[2].Hangs.IsCompleted);
    }

    private Uri Get(StoreKey key) => _store.PresignGet(key, TimeSpan.FromMinutes(5), new Uri("http://unused.invalid"));
}
