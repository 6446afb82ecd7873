using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>The contract over the local folder, its URLs served by a real Kestrel.</summary>
public sealed class FolderStoreContractTests : ObjectStoreContract, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private OutputsHost _host = null!;

    public override async Task InitializeAsync()
    {
        Store = new FolderStore(_folder.Path, Random(32), _time, new StoreSettings());
        _host = await OutputsHost.StartAsync(Store);
        BaseUrl = _host.Url;
    }

    public override async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    internal override Task AssertNothingUnfinishedAsync()
    {
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.File(".incoming")));
        return Task.CompletedTask;
    }

    internal override Task LeaveUnfinishedAsync(StoreKey key) =>
        File.WriteAllBytesAsync(_folder.File($".incoming/{NewId():N}"), new byte[1000]);

    internal override Task<(Uri Get, Uri Put)> ExpiredUrlsAsync(StoreKey key)
    {
        var urls = (Store.PresignGet(key, TimeSpan.FromMinutes(5), BaseUrl), Store.PresignPut(key, TimeSpan.FromMinutes(5), BaseUrl));
        _time.Advance(TimeSpan.FromSeconds(301));
        return Task.FromResult(urls);
    }
}
