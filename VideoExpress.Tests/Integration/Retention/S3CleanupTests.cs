using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Store;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>The cleanup and the scrub over a real bucket.</summary>
[Collection(S3Tests.Name)]
public sealed class S3CleanupTests(S3ServerFixture fixture)
{
    [Fact]
    public async Task WhatIsTrashed_Goes_WithItsInbox_AndTheScrubFindsWhatIsLost()
    {
        using var store = new S3Store(fixture.Server.Settings, TimeProvider.System);
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
}
