using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>Passes of the cleanup over a real database and a real folder.</summary>
public sealed class CleanupTests : IDisposable
{
    private readonly RetentionGround _ground = new();

    public void Dispose() => _ground.Dispose();

    [Fact]
    public async Task AnOldJob_GoesIntoTheTrash_AndADayLaterItsFilesGo_AndItsRowStays()
    {
        var old = await _ground.SucceedAsync(_ground.Create());
        _ground.Time.Advance(TimeSpan.FromDays(31));
        var young = await _ground.SucceedAsync(_ground.Create());

        Assert.Equal(new CleanupReport { Trashed = 1 }, await CleanAsync());
        Assert.Equal((TrashState.Trashed, TrashReason.Age), (_ground.Job(old).Trash!.State, _ground.Job(old).Trash!.Reason));
        Assert.Equal(4, (await _ground.FilesAsync()).Count);
        Assert.Equal(new CleanupReport(), await CleanAsync());

        _ground.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(new CleanupReport { Removed = 1, RemovedBytes = 110 }, await CleanAsync());

        Assert.Equal(TrashState.Removed, _ground.Job(old).Trash!.State);
        Assert.Equal(JobStatus.Succeeded, _ground.Job(old).Status);
        Assert.All(await _ground.FilesAsync(), file => Assert.StartsWith($"jobs/{young}/", file.Key.Value, StringComparison.Ordinal));
        Assert.Equal(0, _ground.Read(db => db.Scalar<int>("select count(*) from outputs where job_id = @id", new { id = old.Text() })));
        Assert.Equal(["trashed", "removing", "removed"], _ground.Events(old)[^3..]);
        Assert.Equal(new CleanupReport(), await CleanAsync());
    }

    [Fact]
    public async Task ARestoredJob_IsWholeAgain_AndItsAgeBeginsAnew()
    {
        var job = await _ground.SucceedAsync(_ground.Create());
        _ground.Time.Advance(TimeSpan.FromDays(31));
        await CleanAsync();

        var (restored, refusal) = _ground.Retention.Restore(job)!;

        Assert.Equal((null, null), (refusal, restored.Trash));
        _ground.Time.Advance(TimeSpan.FromDays(29));
        Assert.Equal(new CleanupReport(), await CleanAsync());
        Assert.Equal(2, (await _ground.FilesAsync($"jobs/{job}/")).Count);
        _ground.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, (await CleanAsync()).Trashed);
    }

    [Fact]
    public async Task AFilm_KeepsItsClips_AndARestoreBringsThemBackWithIt()
    {
        var clip = await _ground.SucceedAsync(_ground.Create());
        _ground.Time.Advance(TimeSpan.FromDays(29));
        var film = await _ground.SucceedAsync(_ground.Create(clip));
        _ground.Time.Advance(TimeSpan.FromDays(20));
        Assert.Equal(new CleanupReport(), await CleanAsync());

        _ground.Time.Advance(TimeSpan.FromDays(11));
        Assert.Equal(2, (await CleanAsync()).Trashed);
        _ground.Retention.Restore(film);

        Assert.Null(_ground.Job(film).Trash);
        Assert.Null(_ground.Job(clip).Trash);
        _ground.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(new CleanupReport(), await CleanAsync());
    }

    [Fact]
    public async Task APin_KeepsAJobAndWhatItUses_UntilItIsTakenOff()
    {
        var clip = await _ground.SucceedAsync(_ground.Create());
        var film = await _ground.SucceedAsync(_ground.Create(clip));
        _ground.Retention.Pin(film);
        _ground.Time.Advance(TimeSpan.FromDays(1000));
        Assert.Equal(new CleanupReport(), await CleanAsync());

        _ground.Retention.Unpin(film);
        Assert.Equal(2, (await CleanAsync()).Trashed);
    }

    [Fact]
    public async Task AnUnfinishedJob_AndWhatItWaitsFor_Stay_HoweverOld()
    {
        var clip = await _ground.SucceedAsync(_ground.Create());
        var film = _ground.Create(clip);
        _ground.Time.Advance(TimeSpan.FromDays(1000));

        Assert.Equal(new CleanupReport(), await CleanAsync());
        Assert.Null(_ground.Job(film).Trash);
    }

    [Fact]
    public async Task WhatIsInTheTrash_CannotBeBuiltOn_AndTheErrorSaysHowToGetItBack()
    {
        var clip = await _ground.SucceedAsync(_ground.Create());
        _ground.Retention.Delete(clip);

        var error = Assert.Throws<InvalidFieldsException>(() => _ground.Create(clip));
        Assert.Contains($"POST /jobs/{clip}/restore", error.Errors.ToDictionary()["params.clips[0].url"][0], StringComparison.Ordinal);

        _ground.Time.Advance(TimeSpan.FromDays(2));
        await CleanAsync();
        Assert.Contains("its files are gone", Assert.Throws<InvalidFieldsException>(() => _ground.Create(clip)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://videoexpress.example/outputs/jobs/{0}/1/video.mp4?exp=1&sig=x")]
    [InlineData("http://minio.example:9000/assets/jobs/{0}/1/video.mp4?X-Amz-Signature=x")]
    [InlineData("http://minio.example:9000/jobs/jobs/{0}/1/video.mp4?X-Amz-Signature=x")]
    [InlineData("https://films.example/jobs/{0}/1/video.mp4")]
    public async Task AFilmOfOurOwnUrls_KeepsThemToo(string url)
    {
        var clip = await _ground.SucceedAsync(_ground.Create());
        _ground.CreateOf($$"""{"type":"EXPORT","params":{"clips":[{"url":"{{string.Format(null, url, clip)}}","end":1}]} }""");
        _ground.Time.Advance(TimeSpan.FromDays(1000));

        Assert.Equal(new CleanupReport(), await CleanAsync());
        Assert.Contains("is used by", _ground.Retention.Delete(clip)!.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoreThatFails_StopsARemovalMidway_AndTheNextPassGoesOn()
    {
        var (first, second) = (await _ground.SucceedAsync(_ground.Create()), await _ground.SucceedAsync(_ground.Create()));
        _ground.Retention.Delete(first);
        _ground.Retention.Delete(second);
        _ground.Time.Advance(TimeSpan.FromDays(2));
        _ground.Store.DeletionsLeft = 1;

        var error = await Assert.ThrowsAsync<CleanupException>(CleanAsync);

        Assert.Contains("2 things", error.Message, StringComparison.Ordinal);
        Assert.Equal(TrashState.Removing, _ground.Job(first).Trash!.State);
        Assert.Contains("cannot be restored", _ground.Retention.Restore(first)!.Refusal, StringComparison.Ordinal);
        _ground.Store.DeletionsLeft = -1;
        Assert.Equal(2, (await CleanAsync()).Removed);
        Assert.Empty(await _ground.FilesAsync());
    }

    [Fact]
    public async Task WhatCannotBeRemoved_DoesNotKeepTheRest()
    {
        for (var i = 0; i < 6; i++)
        {
            var stuck = await _ground.SucceedAsync(_ground.Create());
            _ground.Store.Locked.Add($"jobs/{stuck:D}/");
            _ground.Retention.Delete(stuck);
        }

        var fine = await _ground.SucceedAsync(_ground.Create());
        _ground.Retention.Delete(fine);
        _ground.Uploads.Create(100, "half a film", null);
        _ground.Time.Advance(TimeSpan.FromDays(10));

        var error = await Assert.ThrowsAsync<CleanupException>(CleanAsync);

        Assert.StartsWith("6 things", error.Message, StringComparison.Ordinal);
        Assert.Equal((TrashState.Removed, 0), (_ground.Job(fine).Trash!.State, _ground.Uploads.SweepUploads(default)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OneThingThatCannotBeSwept_DoesNotKeepTheInboxes(bool unfinished)
    {
        var (first, second) = (_ground.Create(), _ground.Create());
        var locked = await _ground.AttemptAsync(first);
        await _ground.AttemptAsync(second);
        await _ground.SucceedAsync(first);
        await _ground.SucceedAsync(second);
        _ground.Time.Advance(TimeSpan.FromDays(2));
        _ground.Store.DeniesUnfinished = unfinished;
        if (!unfinished)
        {
            _ground.Store.Locked.Add($"inbox/{first:D}/{locked:D}/");
        }

        await Assert.ThrowsAsync<CleanupException>(CleanAsync);

        Assert.Empty(await _ground.FilesAsync($"inbox/{second:D}/"));
    }

    [Fact]
    public async Task AClockThatIsSetBack_DoesNotRemoveWhatARestoreNeeds()
    {
        var clip = await _ground.SucceedAsync(_ground.Create());
        var film = _ground.End(_ground.Create(clip), "FAILED");
        _ground.Time.Advance(TimeSpan.FromDays(1));
        _ground.Retention.Delete(film);
        _ground.Time.AdjustTime(_ground.Time.GetUtcNow() - TimeSpan.FromHours(2));
        _ground.Retention.Delete(clip);
        _ground.Time.Advance(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(1));
        await CleanAsync();
        Assert.Equal(TrashState.Trashed, _ground.Job(clip).Trash!.State);

        _ground.Retention.Restore(film);

        Assert.Null(_ground.Job(clip).Trash);
    }

    [Fact]
    public async Task AClockThatWasAheadForAMoment_DoesNotKeepTheTrashForAYear()
    {
        var job = await _ground.SucceedAsync(_ground.Create());
        var now = _ground.Time.GetUtcNow();
        _ground.Time.Advance(TimeSpan.FromDays(365));
        await CleanAsync();
        _ground.Time.AdjustTime(now);
        await CleanAsync();
        Assert.Equal(TrashState.Trashed, _ground.Job(job).Trash!.State);

        _ground.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));

        Assert.Equal(1, (await CleanAsync()).Removed);
    }

    [Fact]
    public async Task TheInboxOfARemovedJob_IsSwept_ThoughItsAttemptNeverEnded()
    {
        var job = _ground.Create();
        var attempt = await _ground.AttemptAsync(job);
        _ground.End(job, "FAILED");
        _ground.Write(db => db.Execute("update attempts set state = 'submitted'"));
        _ground.Retention.Delete(job);
        _ground.Time.Advance(TimeSpan.FromDays(1));
        await CleanAsync();
        await _ground.PutAsync(StoreKey.Inbox(job, attempt, "video.mp4"), 10); // by a worker that was late
        _ground.Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(new CleanupReport { Inboxes = 1, InboxBytes = 10 }, await CleanAsync());
    }

    [Fact]
    public void ARestoreOfAVeryLongChainOfJobs_IsNoDeepRecursion()
    {
        var last = _ground.End(_ground.Create(), "SUCCEEDED");
        _ground.Write(db => db.Execute(
            """
            with recursive n (i) as (select 1 union all select i + 1 from n where i < 60000)
            insert into jobs (job_id, type, status, params, created_at, updated_at, quality, retention, trashed_at, trash_reason)
            select printf('01a20d15-6851-7e9f-a8c8-%012x', i), 'EXPORT', 'SUCCEEDED', '{}', i, i, 'draft', 'trashed', i, 'age' from n;
            insert into uses select job_id, iif(created_at = 1, @last, printf('01a20d15-6851-7e9f-a8c8-%012x', created_at - 1)) from jobs where job_id <> @last
            """,
            new { last = last.Text() }));

        _ground.Retention.Restore(Guid.Parse("01a20d15-6851-7e9f-a8c8-00000000ea60"));

        Assert.Equal(0, _ground.Read(db => db.Scalar<int>("select count(*) from jobs where retention is not null")));
    }

    [Fact]
    public async Task FilesThatNoRowKnows_GoWithTheJob()
    {
        var job = await _ground.SucceedAsync(_ground.Create());
        await _ground.PutAsync(StoreKey.Published(job, "2", "video.mp4"), 10);
        _ground.Retention.Delete(job);
        _ground.Time.Advance(TimeSpan.FromDays(2));

        await CleanAsync();

        Assert.Empty(await _ground.FilesAsync());
    }

    [Fact]
    public async Task TheInbox_IsSwept_WhenItsUrlsHaveExpired()
    {
        var job = _ground.Create();
        await _ground.AttemptAsync(job);
        await _ground.SucceedAsync(job);
        _ground.Time.Advance(TimeSpan.FromHours(26)); // a day to live, a quarter of an hour to run, an hour to put; an hour's margin

        Assert.Equal(new CleanupReport(), await CleanAsync());
        _ground.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(new CleanupReport { Inboxes = 1, InboxBytes = 150 }, await CleanAsync());

        Assert.Empty(await _ground.FilesAsync("inbox/"));
        Assert.Equal(2, (await _ground.FilesAsync()).Count);
        Assert.Equal(new CleanupReport(), await CleanAsync());
    }

    [Fact]
    public async Task TheInboxOfAFailedJob_StaysAsLongAsTheJob_SinceARetryDoesNotPayAgain()
    {
        var job = _ground.Create();
        await _ground.AttemptAsync(job);
        _ground.End(job, "FAILED");
        _ground.Time.Advance(TimeSpan.FromDays(6));
        Assert.Equal(new CleanupReport(), await CleanAsync());

        _ground.Time.Advance(TimeSpan.FromDays(2));
        await CleanAsync();
        Assert.Equal(3, (await _ground.FilesAsync("inbox/")).Count);
        _ground.Time.Advance(TimeSpan.FromDays(1));
        await CleanAsync();
        Assert.Empty(await _ground.FilesAsync("inbox/"));
    }

    [Fact]
    public async Task ThePlan_ListsWhatThePassThenDoes_AndChangesNothing()
    {
        var deleted = await _ground.SucceedAsync(_ground.Create());
        _ground.Retention.Delete(deleted);
        var old = await _ground.SucceedAsync(_ground.Create(), bytes: 500);
        _ground.Time.Advance(TimeSpan.FromDays(31));
        await _ground.SucceedAsync(_ground.Create());

        var plan = _ground.Retention.Plan();

        Assert.Equal((old, 510L, TrashReason.Age), (plan.Trash.Single().Holding.Id, plan.Trash[0].Holding.Bytes, plan.Trash[0].Reason));
        Assert.Equal(deleted, plan.Remove.Single().Id);
        Assert.Equal((110, 110), (plan.KeptBytes, plan.TrashedBytes));
        Assert.Null(_ground.Job(old).Trash);
        Assert.Equal(new CleanupReport { Trashed = 1, Removed = 1, RemovedBytes = 110 }, await CleanAsync());
    }

    [Fact]
    public async Task AnAsset_StaysWhileAJobUsesIt_AndIsRemovedADayAfterItWasDeleted()
    {
        var asset = await _ground.AssetAsync();
        var film = await _ground.SucceedAsync(_ground.CreateOf($$"""{"type":"EXPORT","params":{"clips":[{"url":"asset://{{asset}}","end":1}]} }"""));
        Assert.Contains($"is used by {film}", _ground.Assets.Delete(asset)!.Refusal, StringComparison.Ordinal);
        _ground.Retention.Delete(film);
        Assert.Equal(TrashReason.Deleted, _ground.Assets.Delete(asset)!.Item.Trash!.Reason);
        _ground.Retention.Restore(film);
        Assert.Null(_ground.Assets.Find(asset)!.Trash);

        _ground.Retention.Delete(film);
        _ground.Assets.Delete(asset);
        _ground.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, (await CleanAsync()).Removed);

        Assert.Empty(await _ground.FilesAsync());
        Assert.Equal(TrashState.Removed, _ground.Assets.Find(asset)!.Trash!.State);
        Assert.Equal(
            ["asset_trashed", "asset_restored", "asset_trashed", "asset_removing", "asset_removed"],
            _ground.Read(db => db.List<string>("select type from events where asset_id is not null order by seq")));
    }

    [Fact]
    public async Task UploadsThatNeverEnded_AreSwept()
    {
        _ground.Uploads.Create(100, "half a film", null);
        Assert.Equal(new CleanupReport(), await CleanAsync());
        _ground.Time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(new CleanupReport { ExpiredUploads = 1 }, await CleanAsync());
        Assert.Equal(new CleanupReport(), await CleanAsync());
    }

    private Task<CleanupReport> CleanAsync() => _ground.Cleanup.RunAsync(default(CancellationToken));
}
