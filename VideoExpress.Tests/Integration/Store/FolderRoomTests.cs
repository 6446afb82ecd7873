using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Storage.Crash;
using static VideoExpress.Tests.Integration.Store.ObjectStoreContract;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>A real disk with little room: a file system in memory that a child process mounts for itself, reached by way of that child.</summary>
public sealed class FolderRoomTests : IDisposable
{
    private HeldDisk? _disk;

    public void Dispose() => _disk?.Dispose();

    [SmallDiskFact]
    public async Task Put_IsRefused_BeforeTheDiskIsFull_AndWhatFitsIsStored()
    {
        var store = await OpenAsync("size=8m", minFreeBytes: 2 << 20);
        await PutAsync(store, Inbox("first"), 4 << 20);

        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store, Inbox("second"), 3 << 20));

        Assert.Contains("3 MiB are to be stored, and 2 MiB stay free (Store:MinFreeBytes). Make room.", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
        await PutAsync(store, Inbox("third"), 1 << 20);
        Assert.Equal(2, (await store.ListAsync("", default).ToListAsync()).Count);
    }

    [SmallDiskFact]
    public async Task Puts_AtOnce_DoNotClaimTheSameRoom()
    {
        var store = await OpenAsync("size=8m", minFreeBytes: 1 << 20);
        using var cancel = new CancellationTokenSource();
        using var content = new HangingStream(1000);
        var first = store.PutAsync(Inbox("first"), content, new NewObject(4 << 20, "video/mp4"), cancel.Token);
        await content.Hangs;

        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store, Inbox("second"), 4 << 20));

        Assert.Contains("Store:MinFreeBytes", error.Message, StringComparison.Ordinal);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await PutAsync(store, Inbox("second"), 4 << 20);
    }

    [SmallDiskFact]
    public async Task Put_SaysThatTheDiskIsFull_WhenItIs_AndLeavesNothing()
    {
        // Room for bytes, but for two more files or folders only.
        var store = await OpenAsync("size=8m,nr_inodes=5", minFreeBytes: 0);

        var error = await Assert.ThrowsAsync<StoreException>(() => PutAsync(store, Inbox("a"), 5));

        Assert.Contains("disk under the data folder is full", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
        Assert.Empty(await store.ListAsync("", default).ToListAsync());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Path.GetDirectoryName(store.PathOf(StoreKey.Parse("a")))!, ".incoming")));
    }

    private static Task<string> PutAsync(FolderStore store, StoreKey key, int length) =>
        store.PutAsync(key, new MemoryStream(new byte[length]), new NewObject(length, "video/mp4"), default);

    private async Task<FolderStore> OpenAsync(string options, long minFreeBytes)
    {
        _disk = await HeldDisk.MountAsync(options);
        var settings = new StoreSettings { MinFreeBytes = minFreeBytes };
        return new FolderStore(Path.Combine(_disk.Path, "store"), new byte[32], TimeProvider.System, settings);
    }
}
