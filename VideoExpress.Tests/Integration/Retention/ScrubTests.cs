using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>The store is made to disagree with the database, file by file.</summary>
public sealed class ScrubTests : IDisposable
{
    private readonly RetentionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public async Task WhatFits_IsNothingToTell()
    {
        await _ground.SucceedAsync(_ground.Create());
        await _ground.AssetAsync();
        var running = _ground.Create();
        await _ground.AttemptAsync(running);
        await _ground.PutAsync(StoreKey.Published(running, "1", "video.mp4"), 10); // its row comes with the job's end
        _ground.Time.Advance(TimeSpan.FromDays(2));

        var report = await ScrubAsync(verify: true);

        Assert.Equal((8, 380), (report.Files, report.Bytes));
        Assert.Empty(report.Orphans);
        Assert.Empty(report.Damaged);
    }

    [Fact]
    public async Task Orphans_AreTold_AndGoByARepairOnly_OnceTheyAreADayOld()
    {
        var job = await _ground.SucceedAsync(_ground.Create());
        var stranger = Guid.CreateVersion7(_ground.Time.GetUtcNow());
        StoreKey[] orphans =
        [
            StoreKey.Published(stranger, "1", "video.mp4"), StoreKey.Published(job, "2", "video.mp4"), StoreKey.Asset(stranger, "source.mp4"),
            StoreKey.Inbox(job, stranger, "video.mp4"),
        ];
        foreach (var orphan in orphans)
        {
            await _ground.PutAsync(orphan, 10);
        }

        Assert.Empty((await ScrubAsync(repair: true)).Orphans);
        _ground.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(orphans.Select(key => key.Value).Order(), (await ScrubAsync()).Orphans.Select(orphan => orphan.Key).Order());
        Assert.Equal(6, (await _ground.FilesAsync()).Count);

        await ScrubAsync(repair: true);

        Assert.Equal(2, (await _ground.FilesAsync()).Count);
        Assert.Empty((await ScrubAsync()).Orphans);
    }

    [Fact]
    public async Task WhatOthersKeepInTheBucket_IsNoOrphan()
    {
        string[] foreign = ["assets/brand/logo.png", "inbox/letter.txt", "jobs/intro.mp4", "jobs/old/takes/1.mp4"];
        foreach (var key in foreign)
        {
            await _ground.PutAsync(StoreKey.Parse(key), 10);
        }

        _ground.Time.Advance(TimeSpan.FromDays(2));

        Assert.Empty((await ScrubAsync(repair: true)).Orphans);
        Assert.Equal(foreign, (await _ground.FilesAsync()).Select(file => file.Key.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ALostFile_IsTold_AndAfterARepairNotHandedOut_UntilItIsThereAgain()
    {
        var job = await _ground.SucceedAsync(_ground.Create());
        var asset = await _ground.AssetAsync();
        var (video, source) = (StoreKey.Published(job, "1", "video.mp4"), StoreKey.Asset(asset, "source.mp4"));
        await _ground.Store.DeleteAsync(video, default);
        await _ground.Store.DeleteAsync(source, default);

        var report = await ScrubAsync();

        Assert.Equal(
            [($"/jobs/{job}", "video", FileFault.Missing), ($"/assets/{asset}", "source", FileFault.Missing)],
            report.Damaged.OrderBy(file => file.Name == "source").Select(file => (file.Owner, file.Name, file.Fault)));
        Assert.Equal(["video", "poster"], Outputs(job));

        await ScrubAsync(repair: true);
        Assert.Equal(["poster"], Outputs(job));
        Assert.Equal(["The file \"video\" is gone from the store."], _ground.Job(job).Warnings);
        Assert.Equal("file_lost", _ground.Events(job)[^1]);

        await _ground.PutAsync(video, 100);
        await ScrubAsync(repair: true);
        Assert.Equal(["video", "poster"], Outputs(job));
        Assert.Empty(_ground.Job(job).Warnings);
        Assert.Equal("file_found", _ground.Events(job)[^1]);
    }

    [Fact]
    public async Task AnotherFileUnderTheKey_IsToldByItsLength_OrByReadingIt()
    {
        var (cut, spoiled) = (await _ground.SucceedAsync(_ground.Create()), await _ground.SucceedAsync(_ground.Create()));
        await ReplaceAsync(StoreKey.Published(cut, "1", "video.mp4"), new byte[99]);
        await ReplaceAsync(StoreKey.Published(spoiled, "1", "video.mp4"), [.. new byte[99], 1]);

        Assert.Equal([FileFault.WrongLength], (await ScrubAsync()).Damaged.Select(file => file.Fault));
        Assert.Equal(
            [FileFault.WrongContent, FileFault.WrongLength], (await ScrubAsync(verify: true)).Damaged.Select(file => file.Fault).OrderDescending());
    }

    [Fact]
    public async Task WhatIsInTheTrash_IsStillLookedAfter_AndWhatIsRemoved_NoLonger()
    {
        var job = await _ground.SucceedAsync(_ground.Create());
        _ground.Retention.Delete(job);
        await _ground.Store.DeleteAsync(StoreKey.Published(job, "1", "video.mp4"), default);
        Assert.Single((await ScrubAsync()).Damaged);

        _ground.Time.Advance(TimeSpan.FromDays(2));
        await _ground.Cleanup.RunAsync(default(CancellationToken));
        Assert.Empty((await ScrubAsync()).Damaged);
    }

    private Task<ScrubReport> ScrubAsync(bool repair = false, bool verify = false) => _ground.Scrub.RunAsync(repair, verify, default);

    private IEnumerable<string> Outputs(Guid jobId) =>
        _ground.Read(db => VideoExpress.Jobs.Data.OutputTable.OutputsOf(db, jobId, VideoExpress.Jobs.Data.OutputTable.Output)).Select(output => output.Name);

    private async Task ReplaceAsync(StoreKey key, byte[] bytes)
    {
        await _ground.Store.DeleteAsync(key, default);
        await _ground.Store.PutAsync(key, new MemoryStream(bytes), new NewObject(bytes.Length, "video/mp4"), default);
    }
}
