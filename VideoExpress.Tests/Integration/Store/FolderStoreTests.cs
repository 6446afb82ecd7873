using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store;
using static VideoExpress.Tests.Integration.Store.ObjectStoreContract;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>What only a folder can get wrong: links, half-written files, a full disk, empty folders.</summary>
public sealed class FolderStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly FolderStore _store;

    public FolderStoreTests() => _store = Open(_folder.File("store"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Delete_FinishesWhatWasKilledMidway()
    {
        var key = StoreKey.Asset(NewId(), "source.ts");
        await _store.PutAsync(key, new MemoryStream(new byte[10]), new NewObject(10, "video/mp2t"), default);
        var folder = Path.GetDirectoryName(_store.PathOf(key))!;
        File.Delete(Path.Combine(folder, ".source.ts.type"));
        Assert.Equal([key], (await _store.ListAsync("assets/", default).ToListAsync()).Select(found => found.Key));

        await _store.DeleteAsync(key, default);
        await _store.DeleteAsync(key, default);

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task LinkedFolder_IsNeverFollowed()
    {
        Directory.CreateDirectory(_folder.File("elsewhere"));
        await File.WriteAllTextAsync(Path.Combine(_folder.File("elsewhere"), "secret.txt"), "secret");
        Directory.CreateDirectory(_folder.File("store/inbox"));
        Directory.CreateSymbolicLink(_folder.File("store/inbox/out"), _folder.File("elsewhere"));

        await AssertRefusedAsync(StoreKey.Parse("inbox/out/secret.txt"));
        await AssertRefusedAsync(StoreKey.Parse("inbox/out/new.txt"));
        Assert.Equal(["secret.txt"], Directory.EnumerateFiles(_folder.File("elsewhere")).Select(Path.GetFileName));
        Assert.Empty(await _store.ListAsync("", default).ToListAsync());
    }

    [Fact]
    public async Task LinkedFile_IsNeverFollowed()
    {
        await File.WriteAllTextAsync(_folder.File("secret.txt"), "secret");
        Directory.CreateDirectory(_folder.File("store/inbox"));
        File.CreateSymbolicLink(_folder.File("store/inbox/a.txt"), _folder.File("secret.txt"));

        await AssertRefusedAsync(StoreKey.Parse("inbox/a.txt"));
        Assert.Equal("secret", await File.ReadAllTextAsync(_folder.File("secret.txt")));
        Assert.Empty(await _store.ListAsync("inbox/", default).ToListAsync());
    }

    [Fact]
    public async Task TheRootItself_MayBeALink_ToALargerDisk()
    {
        Directory.CreateDirectory(_folder.File("store"));
        Directory.CreateSymbolicLink(_folder.File("link"), _folder.File("store"));
        var key = Inbox("a.txt");

        await PutAsync(Open(_folder.File("link")), key, 5);

        Assert.Equal(5, (await _store.StatAsync(key, default))!.Length);
    }

    [Fact]
    public async Task Put_ShowsNothing_BeforeItIsWhole()
    {
        var key = Published("video.mp4");
        using var cancel = new CancellationTokenSource();
        using var content = new HangingStream(3 << 20);
        var put = _store.PutAsync(key, content, new NewObject(4 << 20, "video/mp4"), cancel.Token);
        await content.Hangs;

        Assert.Null(await _store.StatAsync(key, default));
        Assert.Empty(await _store.ListAsync("", default).ToListAsync());
        Assert.False(Directory.Exists(_folder.File("store/jobs")));

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
    }

    [Fact]
    public async Task Reading_MakesNothing()
    {
        var store = Open(_folder.File("none"));
        var key = Inbox("a.txt");

        Assert.Null(await store.StatAsync(key, default));
        Assert.Null(await store.OpenReadAsync(key, default));
        Assert.Empty(await store.ListAsync("", default).ToListAsync());
        await store.DeleteAsync(key, default);
        Assert.Equal(0, await store.EndUnfinishedAsync(DateTimeOffset.MaxValue, default));
        Assert.Equal(0, store.ClearLeftovers());
        Assert.False(Directory.Exists(_folder.File("none")));
    }

    [Fact]
    public async Task WithoutAKey_ItStores_AndSignsNothing()
    {
        var store = new FolderStore(_folder.File("store"), signingKey: null, _time, new StoreSettings());
        var key = Inbox("a.txt");
        await PutAsync(store, key, 5);

        var error = Assert.Throws<InvalidOperationException>(() => store.PresignGet(key, TimeSpan.FromHours(1), new Uri("http://localhost")));

        Assert.Contains("without a key", error.Message, StringComparison.Ordinal);
        Assert.Equal(5, (await store.StatAsync(key, default))!.Length);
    }

    [Fact]
    public async Task Put_ThatIsCancelledWhileItsMediaTypeIsWritten_LeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        using var content = new LastBreathStream(cancel.Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _store.PutAsync(Inbox("a.txt"), content, new NewObject(0, "video/mp4"), cancel.Token));

        Assert.Empty(Directory.EnumerateFiles(_folder.File("store/.incoming")));
    }

    [Fact]
    public async Task ALinkForWhatIsOnItsWay_IsNeverFollowed()
    {
        var elsewhere = Directory.CreateDirectory(_folder.File("elsewhere")).FullName;
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "letter.txt"), "Dear …");
        Directory.CreateDirectory(_folder.File("store"));
        Directory.CreateSymbolicLink(_folder.File("store/.incoming"), elsewhere);

        Assert.Contains("symbolic link", Assert.Throws<StoreException>(() => _store.ClearLeftovers()).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreException>(() => PutAsync(_store, Inbox("a.txt"), 5));
        Assert.Single(Directory.EnumerateFiles(elsewhere));
    }

    [Fact]
    public async Task Start_ClearsWhatAKilledProcessLeft_AndShowsNoneOfIt()
    {
        var done = Published("done.mp4");
        await PutAsync(_store, done, 5);
        using var cancel = new CancellationTokenSource();
        using var content = new HangingStream(3 << 20);
        var put = _store.PutAsync(Published("video.mp4"), content, new NewObject(4 << 20, "video/mp4"), cancel.Token);
        await content.Hangs;

        // What a kill at this moment would leave is what the disk holds now.
        await CopyAsync(_folder.File("store"), _folder.File("after"));
        Assert.Single(Directory.EnumerateFiles(_folder.File("after/.incoming")));
        var after = Open(_folder.File("after"));
        Assert.Single(Directory.EnumerateFiles(_folder.File("after/.incoming")));
        Assert.Equal(1, after.ClearLeftovers());

        Assert.Equal([done], (await after.ListAsync("", default).ToListAsync()).Select(found => found.Key));
        Assert.Empty(Directory.EnumerateFiles(_folder.File("after/.incoming")));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
    }

    [Fact]
    public async Task Start_LeavesAlone_WhatAnotherProcessIsWriting()
    {
        using var cancel = new CancellationTokenSource();
        using var content = new HangingStream(1000);
        var put = _store.PutAsync(Published("video.mp4"), content, new NewObject(2000, "video/mp4"), cancel.Token);
        await content.Hangs;

        Assert.Equal(0, Open(_folder.File("store")).ClearLeftovers());

        Assert.Single(Directory.EnumerateFiles(_folder.File("store/.incoming")));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
    }

    [Fact]
    public async Task Put_GivesAReader_TheOldOrTheNew_ButNeverAMixture()
    {
        var key = Inbox("result.json");
        await _store.PutAsync(key, new MemoryStream(Filled(1)), new NewObject(1 << 20, "application/json"), default);
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(async () =>
        {
            var seen = 0;
            for (; !stop.IsCancellationRequested; seen++)
            {
                using var copy = new MemoryStream();
                await using var content = await _store.OpenReadAsync(key, default);
                await content!.CopyToAsync(copy);
                Assert.Equal(1 << 20, copy.Length);
                Assert.Single(copy.ToArray().Distinct());
            }

            return seen;
        });
        for (byte fill = 2; fill < 20; fill++)
        {
            await _store.PutAsync(key, new MemoryStream(Filled(fill)), new NewObject(1 << 20, "application/json"), default);
        }

        await stop.CancelAsync();
        Assert.NotEqual(0, await reader);
    }

    [Fact]
    public async Task Put_OfOnePublishedKeyByMany_KeepsTheFirst_AndTellsTheOthers()
    {
        var key = Published("video.mp4");

        var puts = Enumerable.Range(1, 8).Select(fill => Record.ExceptionAsync(
            () => _store.PutAsync(key, new MemoryStream(Filled((byte)fill)), new NewObject(1 << 20, "video/mp4"), default))).ToArray();
        var errors = await Task.WhenAll(puts);

        Assert.Single(errors, error => error is null);
        Assert.All(errors.OfType<Exception>(), error => Assert.Contains("published already", error.Message, StringComparison.Ordinal));
        var content = await File.ReadAllBytesAsync(_store.PathOf(key));
        Assert.Equal(Filled((byte)(Array.IndexOf(errors, null) + 1)), content);
    }

    [Fact]
    public async Task Put_IsRefused_WhenTheDiskWouldBeTooFull()
    {
        var store = Open(_folder.File("store"), new StoreSettings { MinFreeBytes = long.MaxValue / 2 });

        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store, Inbox("a.txt"), 5));

        Assert.Contains("5 bytes are to be stored", error.Message, StringComparison.Ordinal);
        Assert.Contains("Store:MinFreeBytes", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("store/.incoming")));
    }

    [Fact]
    public async Task Put_SaysThatTheDiskFails_WithoutNamingPaths()
    {
        Directory.CreateDirectory(_folder.File("store"));
        await File.WriteAllTextAsync(_folder.File("store/inbox"), "a file where a folder must be");

        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(_store, Inbox("a.txt"), 5));

        Assert.Contains("disk", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.Path, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("store/.incoming")));
    }

    [Fact]
    public async Task Delete_RemovesEmptyFolders_AndNoOthers()
    {
        var (job, attempt) = (NewId(), NewId());
        var (one, two) = (StoreKey.Published(job, "export-1", "a.mp4"), StoreKey.Published(job, "export-2", "odd"));
        var other = StoreKey.Inbox(job, attempt, "claim.json");
        foreach (var key in (StoreKey[])[one, two, other])
        {
            await PutAsync(_store, key, 5);
        }

        await _store.DeleteAsync(one, default);
        Assert.Equal([_folder.File($"store/jobs/{job}/export-2")], Directory.EnumerateDirectories(_folder.File($"store/jobs/{job}")));

        await _store.DeleteAsync(two, default);
        await _store.DeleteAsync(other, default);
        Assert.Equal([_folder.File("store/.incoming")], Directory.EnumerateFileSystemEntries(_folder.File("store")));
    }

    [Fact]
    public async Task PutAndDelete_InOneFolder_DoNotDisturbEachOther()
    {
        var (job, attempt) = (NewId(), NewId());

        await Parallel.ForAsync(0, 200, async (n, _) =>
        {
            var key = StoreKey.Inbox(job, attempt, $"file-{n}");
            await PutAsync(_store, key, 5);
            await _store.DeleteAsync(key, default);
        });

        Assert.Equal([_folder.File("store/.incoming")], Directory.EnumerateFileSystemEntries(_folder.File("store")));
    }

    [Fact]
    public async Task ModifiedAt_IsTheInjectedTime()
    {
        var key = Inbox("a.txt");
        await PutAsync(_store, key, 5);

        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(_time.Start, (await _store.StatAsync(key, default))!.ModifiedAt);
        Assert.Equal(_time.Start, (await _store.ListAsync("inbox/", default).ToListAsync()).Single().ModifiedAt);
    }

    [Fact]
    public async Task Create_KeepsTheKeyThatSigns_AcrossRestarts()
    {
        Directory.CreateDirectory(_folder.File("data"));
        var before = (FolderStore)ObjectStores.Create(new StoreSettings(), _folder.File("data"), _time);
        var key = Inbox("a.txt");
        await PutAsync(before, key, 5);
        var url = before.PresignGet(key, TimeSpan.FromHours(1), new Uri("http://localhost"));

        var after = (FolderStore)ObjectStores.Create(new StoreSettings(), _folder.File("data"), _time);

        Assert.Equal(url, after.PresignGet(key, TimeSpan.FromHours(1), new Uri("http://localhost")));
        Assert.Equal(5, (await after.StatAsync(key, default))!.Length);
        Assert.True(File.Exists(_folder.File($"data/store/{key}")));
    }

    private static byte[] Filled(byte fill) => Enumerable.Repeat(fill, 1 << 20).ToArray();

    private static Task<string> PutAsync(FolderStore store, StoreKey key, int length) =>
        store.PutAsync(key, new MemoryStream(new byte[length]), new NewObject(length, "text/plain"), default);

    private static async Task CopyAsync(string from, string to)
    {
        using var copy = Process.Start("cp", ["-a", from, to]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }

    private FolderStore Open(string root, StoreSettings? settings = null) =>
        new(root, new byte[32], _time, settings ?? new StoreSettings());

    private async Task AssertRefusedAsync(StoreKey key)
    {
        Func<Task>[] calls =
        [
            () => _store.OpenReadAsync(key, default),
            () => _store.StatAsync(key, default),
            () => PutAsync(_store, key, 5),
            () => _store.DeleteAsync(key, default),
        ];
        foreach (var call in calls)
        {
            var error = await Assert.ThrowsAsync<StoreException>(call);
            Assert.Contains("symbolic link", error.Message, StringComparison.Ordinal);
        }
    }
}
