using Minio.DataModel;
using Minio.DataModel.Args;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>The contract over a real S3 server.</summary>
[Collection(S3Tests.Name)]
public sealed class S3StoreContractTests(S3ServerFixture fixture) : ObjectStoreContract
{
    private S3Server? _ahead;

    public override Task InitializeAsync()
    {
        fixture.Server.SetFaults("[]");
        Store = new S3Store(fixture.Server.Settings, TimeProvider.System);
        return Task.CompletedTask;
    }

    public override async Task DisposeAsync()
    {
        ((S3Store)Store).Dispose();
        if (_ahead is not null)
        {
            await _ahead.DisposeAsync();
        }
    }

    internal override async Task AssertNothingUnfinishedAsync() => Assert.Empty(await S3Uploads.UnfinishedAsync(fixture.Server));

    internal override Task LeaveUnfinishedAsync(StoreKey key) => S3Uploads.LeaveAsync(fixture.Server, Store, key);

    internal override async Task<(Uri Get, Uri Put)> ExpiredUrlsAsync(StoreKey key)
    {
        _ahead = await S3Server.StartAsync("--skew", "300");
        using var store = new S3Store(_ahead.Settings, TimeProvider.System);
        return (store.PresignGet(key, TimeSpan.FromMinutes(4), BaseUrl), store.PresignPut(key, TimeSpan.FromMinutes(4), BaseUrl));
    }
}

/// <summary>A second look at the server, by another client of the same kind.</summary>
internal static class S3Uploads
{
    /// <summary>Begins an upload in parts that fails and cannot be ended.</summary>
    public static async Task LeaveAsync(S3Server server, IObjectStore store, StoreKey key)
    {
        server.SetFaults("""
            [{"match": "partNumber=2", "status": 403, "code": "AccessDenied"}, {"match": "^DELETE .*uploadId=", "status": 403, "code": "AccessDenied"}]
            """);
        var what = new NewObject(20 << 20, "video/mp4");
        await Assert.ThrowsAsync<StoreException>(() => store.PutAsync(key, new MemoryStream(new byte[20 << 20]), what, default));
        server.SetFaults("[]");
    }

    public static async Task<List<string>> UnfinishedAsync(S3Server server) =>
        (await UploadsAsync(server)).ConvertAll(upload => upload.Key);

    public static async Task<List<Upload>> UploadsAsync(S3Server server)
    {
        using var clients = new S3Clients(server.Settings, TimeProvider.System);
        var args = new ListIncompleteUploadsArgs().WithBucket(S3Server.Bucket).WithRecursive(true);
        return await clients.Traffic.ListIncompleteUploadsEnumAsync(args).ToListAsync();
    }
}
