using Minio;
using Minio.DataModel.Args;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Store;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>The cleanup and the scrub over real buckets, of which each database has its own.</summary>
[Collection(S3Tests.Name)]
public sealed class S3CleanupTests(S3ServerFixture fixture)
{
    [Fact]
    public async Task WhatIsTrashed_Goes_WithItsInbox_AndTheScrubFindsWhatIsLost()
    {
        using var store = await BucketAsync("cleanup");
        using var ground = new RetentionGround(store: store);
        var (gone, kept) = (ground.Create(), ground.Create());
        await ground.AttemptAsync(gone);
        await ground.SucceedAsync(gone);
        await ground.SucceedAsync(kept, bytes: 6 << 20);
        ground.Retention.Delete(gone);
        ground.Time.Advance(TimeSpan.FromDays(1));

        var report = await ground.Cleanup.RunAsync(default(CancellationToken));

        Assert.Equal((1, 110), (report.Removed, report.RemovedBytes));
        Assert.Empty(await ground.FilesAsync($"jobs/{gone}/"));
        Assert.Empty(await ground.FilesAsync($"inbox/{gone}/"));
        Assert.Equal(2, (await ground.FilesAsync($"jobs/{kept}/")).Count);

        await store.DeleteAsync(StoreKey.Published(kept, "1", "video.mp4"), default);
        var damaged = (await ground.Scrub.RunAsync(repair: false, verify: true, default)).Damaged;
        Assert.Equal([($"/jobs/{kept}", FileFault.Missing)], damaged.Select(file => (file.Owner, file.Fault)));
    }

    [Fact]
    public async Task AnotherBucket_KeepsTheTrashRestorable_UntilTheRightOneIsSetAgain()
    {
        using var right = await BucketAsync("right");
        using var wrong = await BucketAsync("wrong");
        using var ground = new RetentionGround(store: right);
        var job = await ground.SucceedAsync(ground.Create());
        ground.Retention.Delete(job);
        await ground.Cleanup.RunAsync(default(CancellationToken));
        ground.Time.Advance(TimeSpan.FromDays(2));

        ground.Store.Inner = wrong;
        await Assert.ThrowsAsync<CleanupException>(() => ground.Cleanup.RunAsync(default(CancellationToken)));
        Assert.Equal(TrashState.Trashed, ground.Job(job).Trash!.State);

        ground.Store.Inner = right;
        await ground.Cleanup.RunAsync(default(CancellationToken));
        Assert.Equal(TrashState.Removed, ground.Job(job).Trash!.State);
        Assert.Empty(await ground.FilesAsync());
    }

    private async Task<S3Store> BucketAsync(string name)
    {
        var settings = fixture.Server.Settings with { Bucket = name };
        using var client = new MinioClient().WithEndpoint(settings.Endpoint).WithCredentials(settings.AccessKey, settings.SecretKey).WithRegion(settings.Region).Build();
        await client.MakeBucketAsync(new MakeBucketArgs().WithBucket(name));
        return new S3Store(settings, TimeProvider.System);
    }
}
