using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>A disk that is not mounted, or a folder that is another server's, is not taken for a store in which all is deleted already.</summary>
public sealed class StoreIdentityTests : IDisposable
{
    private readonly RetentionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    /// <param name="upgraded">True: no pass has ever run that could have given the store its id.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStoreThatIsMountedEmpty_KeepsTheTrashRestorable_AndIsCleanedUpOnceItIsBack(bool upgraded)
    {
        var (job, asset) = await TrashAsync();
        await _ground.AttemptAsync(job);
        if (!upgraded)
        {
            await CleanAsync();
        }

        _ground.Time.Advance(TimeSpan.FromDays(2));
        Unmount();
        var sentence = (await Assert.ThrowsAsync<CleanupException>(CleanAsync)).Message;

        Assert.Contains("does not have the files of this database", sentence);
        Assert.Contains("Is the disk mounted", sentence);
        Assert.Equal((TrashState.Trashed, TrashState.Trashed), (_ground.Job(job).Trash!.State, _ground.Asset(asset).Trash!.State));
        Assert.Empty(await _ground.FilesAsync());
        Assert.False(File.Exists(IdFile));

        Mount();
        Assert.Equal(2, (await CleanAsync()).Removed);
        Assert.Empty(await _ground.FilesAsync());
    }

    [Fact]
    public async Task ADiskThatGoesDuringARemoval_LeavesItUnfinished_UntilItIsBack()
    {
        var job = await _ground.SucceedAsync(_ground.Create());
        _ground.Retention.Delete(job);
        _ground.Time.Advance(TimeSpan.FromDays(2));
        _ground.Store.OnListing = () =>
        {
            _ground.Store.OnListing = () => Task.CompletedTask; // once
            Unmount();
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<CleanupException>(CleanAsync);
        Assert.Equal(TrashState.Removing, _ground.Job(job).Trash!.State);

        Mount();
        await CleanAsync();
        Assert.Equal(TrashState.Removed, _ground.Job(job).Trash!.State);
        Assert.Empty(await _ground.FilesAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatIsPublishedIntoAnEmptyMount_DoesNotMakeItTheStore(bool upgraded)
    {
        var (job, _) = await TrashAsync();
        var waiting = _ground.Create();
        if (!upgraded)
        {
            await CleanAsync();
        }

        _ground.Time.Advance(TimeSpan.FromDays(2));
        Unmount();
        await _ground.SucceedAsync(waiting);
        await _ground.AssetAsync();

        await Assert.ThrowsAsync<CleanupException>(CleanAsync);
        Assert.Equal(TrashState.Trashed, _ground.Job(job).Trash!.State);
    }

    [Fact]
    public async Task ARepairOfAnEmptyMount_MarksNothing_AndTheReportTellsAll()
    {
        var job = await _ground.SucceedAsync(_ground.Create());
        var asset = await _ground.AssetAsync();
        Unmount();

        await Assert.ThrowsAsync<StoreException>(() => _ground.Scrub.RunAsync(repair: true, verify: false, default));

        Assert.Equal(2, _ground.Read(db => db.OutputsOf(job, OutputTable.Output)).Count);
        Assert.Equal((false, true), (_ground.Asset(asset).IsMissing, _ground.Asset(asset).ThumbnailKey is not null));
        Assert.Equal(4, (await _ground.Scrub.RunAsync(repair: false, verify: false, default)).Damaged.Count);
    }

    [Fact]
    public async Task FilesThatAreLostForGood_AreGivenUp_ByTheIdThatTheSentenceSays()
    {
        var (trashed, _) = await TrashAsync();
        var kept = await _ground.SucceedAsync(_ground.Create());
        _ground.Time.Advance(TimeSpan.FromDays(2));
        Unmount();
        var sentence = (await Assert.ThrowsAsync<CleanupException>(CleanAsync)).Message;
        var id = _ground.Read(db => db.StoreId());
        Assert.Contains($"put a file videoexpress.txt with the text {id} there", sentence);

        Directory.CreateDirectory(_ground.StoreFolder);
        await File.WriteAllTextAsync(IdFile, id + "\r\n");
        await CleanAsync();
        await _ground.Scrub.RunAsync(repair: true, verify: false, default);

        Assert.Equal(TrashState.Removed, _ground.Job(trashed).Trash!.State);
        Assert.Empty(_ground.Read(db => db.OutputsOf(kept, OutputTable.Output)));
    }

    [Fact]
    public async Task FilesWithoutTheId_AsARestoreLeavesThem_GetItAgain_ByTheirOldest()
    {
        var (job, _) = await TrashAsync();
        await CleanAsync();
        File.Delete(IdFile);
        _ground.Time.Advance(TimeSpan.FromDays(2));

        await CleanAsync();

        Assert.Equal(TrashState.Removed, _ground.Job(job).Trash!.State);
        Assert.Equal(_ground.Read(db => db.StoreId()), (await File.ReadAllTextAsync(IdFile)).Trim());
    }

    [Fact]
    public async Task FilesOfTheTrashThatWereLostAlready_DoNotKeepItForEver()
    {
        var (job, asset) = await TrashAsync();
        await CleanAsync();
        foreach (var file in await _ground.FilesAsync())
        {
            await _ground.Store.DeleteAsync(file.Key, default);
        }

        _ground.Time.Advance(TimeSpan.FromDays(2));
        await CleanAsync();

        Assert.Equal((TrashState.Removed, TrashState.Removed), (_ground.Job(job).Trash!.State, _ground.Asset(asset).Trash!.State));
    }

    [Fact]
    public async Task AFullDisk_IsCleanedUp_ThoughItTakesNoId()
    {
        await TrashAsync();
        _ground.Time.Advance(TimeSpan.FromDays(2));
        await _ground.SucceedAsync(_ground.Create()); // what stays
        _ground.Store.TakesNothing = true;

        Assert.Equal(2, (await CleanAsync()).Removed);

        Assert.Equal(2, (await _ground.FilesAsync()).Count);
    }

    [Fact]
    public async Task AnotherServersFolder_LosesNothing()
    {
        var theirs = await _ground.SucceedAsync(_ground.Create());
        await CleanAsync();
        using var second = new RetentionGround(store: new FolderStore(_ground.StoreFolder, new byte[32], _ground.Time, new StoreSettings { MinFreeBytes = 0 }));
        await second.SucceedAsync(second.Create());
        second.Time.Advance(TimeSpan.FromDays(3));

        var repair = await Assert.ThrowsAsync<StoreException>(() => second.Scrub.RunAsync(repair: true, verify: false, default));
        await Assert.ThrowsAsync<CleanupException>(() => second.Cleanup.RunAsync(default(CancellationToken)));

        Assert.Contains("Two servers cannot share a store", repair.Message);
        Assert.Equal(2, (await _ground.FilesAsync($"jobs/{theirs}/")).Count);
    }

    private string IdFile => Path.Combine(_ground.StoreFolder, StoreIdentity.Key.Value);

    private string Disk => _ground.StoreFolder + "-disk";

    private async Task<(Guid Job, Guid Asset)> TrashAsync()
    {
        var (job, asset) = (await _ground.SucceedAsync(_ground.Create()), await _ground.AssetAsync());
        _ground.Retention.Delete(job);
        _ground.Assets.Delete(asset);
        return (job, asset);
    }

    private Task<CleanupReport> CleanAsync() => _ground.Cleanup.RunAsync(default(CancellationToken));

    private void Unmount() => Directory.Move(_ground.StoreFolder, Disk);

    /// <summary>What was written into the empty mount point is hidden below the disk.</summary>
    private void Mount()
    {
        if (Directory.Exists(_ground.StoreFolder))
        {
            Directory.Delete(_ground.StoreFolder, recursive: true);
        }

        Directory.Move(Disk, _ground.StoreFolder);
    }
}
