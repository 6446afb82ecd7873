using System.Collections.Concurrent;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>Does one random thing after the other, and remembers by itself what it has handed in: the code under test may have forgotten.</summary>
/// <param name="ground">Where.</param>
/// <param name="seed">Decides everything.</param>
/// <param name="cleans">False: the passes, the scrubs and the clock are somebody else's.</param>
internal sealed class RandomWorld(RetentionGround ground, int seed, bool cleans = true)
{
    private static readonly Uri Here = new("http://videoexpress.example/");

    private readonly Random _random = new(seed);
    private readonly ConcurrentBag<Guid> _running = [], _ended = [], _assets = [];
    private readonly List<TrashedHolding> _wasTrashed = [];
    private TimeSpan _setBack;
    private int _steps;

    /// <summary>Which film was accepted with which job or asset as its source.</summary>
    public ConcurrentBag<(Guid Film, Guid Source)> Sources { get; } = [];

    /// <summary>In which forms sources were accepted.</summary>
    public HashSet<string> Forms { get; } = [];

    /// <summary>What has a pin now.</summary>
    public HashSet<Guid> Pinned { get; } = [];

    /// <summary>Files that are in the store before their job has a row of them: a crash may lie between, and a retry that does not pay again.</summary>
    public ConcurrentBag<(Guid Job, StoreKey Key)> Unlisted { get; } = [];

    /// <summary>What it did last: the seed repeats it.</summary>
    public string Last { get; private set; } = "";

    public async Task StepAsync()
    {
        var dice = _random.Next(cleans ? 100 : 82);
        Last = $"seed {seed}, step {_steps++}: {dice}";
        switch (dice)
        {
            case < 12:
                _running.Add(ground.Create());
                break;
            case < 32:
                Film();
                break;
            case < 50 when _running.TryTake(out var running):
                await EndAsync(running);
                break;
            case < 55:
                _assets.Add(await ground.AssetAsync());
                break;
            case < 60 when One(_ended) is { } pinned && ground.Retention.Pin(pinned) is { Refusal: null }:
                Pinned.Add(pinned);
                break;
            case < 66 when One(_ended) is { } loose && ground.Retention.Unpin(loose) is not null:
                Pinned.Remove(loose);
                break;
            case < 72:
                Any(_ended, id => ground.Retention.Delete(id));
                Any(_assets, id => ground.Assets.Delete(id));
                break;
            case < 80:
                Restore();
                break;
            case < 82:
                await PutAsync();
                break;
            case < 86:
                await CleanInAStormAsync();
                break;
            case < 89:
                await ScrubAsync(repair: dice > 86);
                break;
            case < 91:
                SetBack();
                break;
            case < 94:
                await RequeueAsync();
                break;
            default:
                ground.Time.Advance(TimeSpan.FromHours(_random.Next(1, 100)));
                await ground.Cleanup.RunAsync(default(CancellationToken));
                break;
        }
    }

    /// <summary>Everything ends, and nothing is asked for any more.</summary>
    public async Task LetAllEndAsync()
    {
        while (_running.TryTake(out var running))
        {
            await EndAsync(running);
        }

        foreach (var ended in _ended)
        {
            ground.Retention.Unpin(ended);
        }

        Pinned.Clear();
        ground.Time.Advance(_setBack); // what was dated by the clock that was ahead
    }

    private void Film()
    {
        var sources = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => _random.Next(3) == 0 ? OfAsset() : OfJob()).OfType<Source>().ToList();
        if (sources.Count == 0)
        {
            return;
        }

        var clips = sources.Select(source => $$"""{"url":{{source.Json}},"end":1}""");
        try
        {
            var film = ground.CreateOf($$"""{"type":"EXPORT","params":{"clips":[{{string.Join(',', clips)}}]} }""");
            _running.Add(film);
            sources.ForEach(source => Sources.Add((film, source.Owner)));
            Forms.UnionWith(sources.Select(source => source.Form));
        }
        catch (InvalidFieldsException)
        {
            Assert.True(!cleans || sources.Exists(source => !source.IsThere), $"{Last}: refused, though all is there: {string.Join(", ", clips)}");
        }
    }

    private Source? OfJob()
    {
        if (One(_random.Next(3) == 0 ? _running : _ended) is not { } id)
        {
            return null;
        }

        var (job, key) = (ground.Job(id), StoreKey.Published(id, "1", "video.mp4"));
        var isThere = job.Trash is null && job.Status == JobStatus.Succeeded;
        return _random.Next(3) == 0
            ? new Source(id, "job", $$"""{"job":"{{id}}","output":"video"}""", job.Trash is null && job.Status is not (JobStatus.Failed or JobStatus.Canceled))
            : OfKey(id, key, job.DownloadNameOf(key), isThere);
    }

    private Source? OfAsset()
    {
        if (One(_assets) is not { } id)
        {
            return null;
        }

        var asset = ground.Asset(id);
        return _random.Next(3) == 0
            ? new Source(id, "asset", $"\"asset://{id:D}\"", asset.Trash is null)
            : OfKey(id, asset.Key, asset.DownloadName, asset.Trash is null);
    }

    /// <summary>As the API hands it out to be shown or saved, as a public bucket or another name of this server has it, or by its place in the bucket.</summary>
    private Source OfKey(Guid owner, StoreKey key, string name, bool isThere)
    {
        var kind = key.IsAsset ? "asset's" : "job's";
        var (form, url) = _random.Next(4) switch
        {
            0 => ("url", ground.Store.PresignGet(key, TimeSpan.FromHours(1), Here, Disposition.Inline(name)).AbsoluteUri),
            1 => ("download_url", ground.Store.PresignGet(key, TimeSpan.FromHours(1), Here, Disposition.Attachment(name)).AbsoluteUri),
            2 => ("public url", $"https://films.example/cdn/{key}"),
            _ => ("s3", $"s3://{RetentionGround.Bucket}/{key}"),
        };
        return new Source(owner, $"{kind} {form}", $"\"{url}\"", isThere);
    }

    private async Task EndAsync(Guid jobId)
    {
        if (_random.Next(4) == 0)
        {
            ground.End(jobId, _random.Next(2) == 0 ? "FAILED" : "CANCELED");
        }
        else
        {
            await ground.SucceedAsync(jobId);
        }

        _ended.Add(jobId);
    }

    private async Task PutAsync()
    {
        if (One(_running) is { } jobId)
        {
            var key = StoreKey.Published(jobId, "1", "video.mp4");
            await ground.PutAsync(key, 100);
            Unlisted.Add((jobId, key));
        }

        if (cleans)
        {
            await ground.PutAsync(StoreKey.Published(Ids.New(ground.Time), "1", "video.mp4"), 100); // an orphan
        }
    }

    private async Task CleanInAStormAsync()
    {
        ground.Time.Advance(TimeSpan.FromHours(_random.Next(1, 100)));
        ground.Store.DeletionsLeft = _random.Next(5);
        try
        {
            await ground.Cleanup.RunAsync(default(CancellationToken));
        }
        catch (JobException)
        {
            // The store went away in the middle.
        }

        ground.Store.DeletionsLeft = -1;
        ground.Read(db => db.Trashed()).FindAll(item => item.Trash.State == TrashState.Removing).ForEach(Restore);
    }

    private async Task ScrubAsync(bool repair)
    {
        var report = await ground.Scrub.RunAsync(repair, verify: _random.Next(2) == 0, default);
        Assert.True(report.Damaged.Count == 0, $"{Last}: {string.Join(", ", report.Damaged)}");
    }

    private void Restore()
    {
        var trash = ground.Read(db => db.Trashed());
        if (trash.Count > 0)
        {
            Restore(trash[_random.Next(trash.Count)]);
        }
    }

    private void Restore(TrashedHolding item)
    {
        _wasTrashed.Add(item);
        _ = item.IsAsset ? (object?)ground.Assets.Restore(item.Id) : ground.Retention.Restore(item.Id);
    }

    /// <summary>Between the deletion of a film and that of what it uses, so that this seems to have been in the trash for longer.</summary>
    private void SetBack()
    {
        var (film, source) = Sources.IsEmpty ? default : Sources.ElementAt(_random.Next(Sources.Count));
        ground.Retention.Delete(film);
        var hours = TimeSpan.FromHours(_random.Next(1, 100));
        _setBack += hours;
        ground.Time.AdjustTime(ground.Time.GetUtcNow() - hours);
        ground.Retention.Delete(source);
        ground.Assets.Delete(source);
    }

    /// <summary>The pass runs twice, and each removal that a pass might have been at when somebody restored what it was to remove.</summary>
    private async Task RequeueAsync()
    {
        await ground.Cleanup.RunAsync(default(CancellationToken));
        await ground.Cleanup.RunAsync(default(CancellationToken));
        foreach (var item in _wasTrashed)
        {
            var before = ground.Time.GetUtcNow() - ground.Settings.TrashTime;
            var trash = item.IsAsset ? ground.Asset(item.Id).Trash : ground.Job(item.Id).Trash;
            var isRemoved = await ground.Removal.RemoveAsync(item, before, default);
            Assert.True(!isRemoved || trash?.At <= before, $"{Last}: {item} was removed, though it is {trash?.State.ToString() ?? "kept"}");
        }

        _wasTrashed.Clear();
    }

    private void Any(IReadOnlyCollection<Guid> ids, Action<Guid> act)
    {
        if (One(ids) is { } id)
        {
            act(id);
        }
    }

    private Guid? One(IReadOnlyCollection<Guid> ids) => ids.Count == 0 ? null : ids.ElementAt(_random.Next(ids.Count));

    /// <summary>A source of a film.</summary>
    /// <param name="Owner">The job or asset.</param>
    /// <param name="Form">How it was given.</param>
    /// <param name="Json">The same as the API takes it.</param>
    /// <param name="IsThere">False when it must be refused.</param>
    private sealed record Source(Guid Owner, string Form, string Json, bool IsThere);
}
