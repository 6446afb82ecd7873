using System.Collections.Concurrent;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>
/// The cleanup never removes what is reachable: whatever jobs, films, pins, deletions, restorings, failures of the store and leaps of time come
/// in whatever order, every file of what is kept, of what that uses by way of others, and of what can be restored, is there.
/// </summary>
public sealed class ReachabilityTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task InAnyOrderOfThings_NothingReachableGoes(int seed)
    {
        using var ground = new RetentionGround(new RetentionSettings { OutputsDays = 10, FailedDays = 5, AssetsDays = 10, MaxBytes = 1500 });
        var world = new World(ground, new Random(seed));
        for (var step = 0; step < 120; step++)
        {
            await world.StepAsync();
            await AssertWholeAsync(ground, $"seed {seed}, step {step}: {world.Last}");
        }

        await AssertAllGoesInTheEndAsync(ground, world);
    }

    /// <summary>The same while others hand in, finish, pin, delete and restore at once with the passes.</summary>
    [Fact]
    public async Task WhileJobsAndTimelinesChangeUnderIt_NothingReachableGoes()
    {
        using var ground = new RetentionGround(new RetentionSettings { OutputsDays = 10, FailedDays = 5, AssetsDays = 10, MaxBytes = 3000, TrashTime = TimeSpan.FromHours(6) });
        ground.Store.SparesUnfinished = true;
        var worlds = Enumerable.Range(0, 3).Select(seed => new World(ground, new Random(seed), cleans: false)).ToList();
        using var done = new CancellationTokenSource();
        var passes = 0;
        var cleaning = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await ground.Cleanup.RunAsync(default(CancellationToken));
                ground.Time.Advance(TimeSpan.FromHours(8));
                passes++;
            }
        });
        await Task.WhenAll(worlds.Select(world => Task.Run(async () =>
        {
            for (var step = 0; step < 60 || (Volatile.Read(ref passes) <= 5 && step < 2000); step++)
            {
                await world.StepAsync();
            }
        })));
        await done.CancelAsync();
        await cleaning;

        Assert.True(passes > 5, $"{passes} passes");
        await AssertWholeAsync(ground, "in the end");
    }

    private static async Task AssertWholeAsync(RetentionGround ground, string when)
    {
        var files = (await ground.FilesAsync()).ToDictionary(file => file.Key.Value, file => file.Length);
        var (jobs, uses, outputs, assets) = ground.Read(db => (
            db.List<string>("select job_id from jobs").ConvertAll(id => db.FindJob(Guid.Parse(id))!).ToDictionary(job => job.Id),
            db.Uses(),
            db.List<(string, string, long)>("select job_id, key, bytes from outputs"),
            db.List<(string, string?, string)>("select asset_id, retention, key from assets").ToDictionary(asset => Guid.Parse(asset.Item1), asset => (Trash: asset.Item2, Key: asset.Item3))));
        var wanted = jobs.Values.Where(job => job.Trash is null or { State: TrashState.Trashed }).Select(job => job.Id).ToHashSet();
        foreach (var (job, key, bytes) in outputs.Where(output => wanted.Contains(Guid.Parse(output.Item1))))
        {
            Assert.True(files.GetValueOrDefault(key, -1) == bytes, $"{when}: {key} of {jobs[Guid.Parse(job)].Trash} is not there");
        }

        foreach (var job in jobs.Values.Where(job => job.Status == JobStatus.Succeeded && wanted.Contains(job.Id)))
        {
            Assert.Contains(outputs, output => Guid.Parse(output.Item1) == job.Id);
        }

        foreach (var (id, asset) in assets.Where(asset => asset.Value.Trash is null or "trashed"))
        {
            Assert.True(files.ContainsKey(asset.Key), $"{when}: asset {id} is not there");
        }

        // What is kept, or at work, or pinned, has all that it uses.
        foreach (var (user, used) in uses.Where(use => jobs[use.User].Trash is null))
        {
            Assert.True(jobs.TryGetValue(used, out var job) ? job.Trash is null : assets[used].Trash is null, $"{when}: {user} uses {used}, which is on its way out");
        }

        Assert.DoesNotContain(jobs.Values, job => job.Trash is not null && (job.Pinned || !job.Status.IsTerminal()));
    }

    private static async Task AssertAllGoesInTheEndAsync(RetentionGround ground, World world)
    {
        await world.LetAllEndAsync();
        foreach (var days in new[] { 20, 2, 2 })
        {
            ground.Time.Advance(TimeSpan.FromDays(days));
            await ground.Cleanup.RunAsync(default(CancellationToken));
        }

        Assert.Empty(await ground.FilesAsync());
    }

    /// <summary>Does one random thing after the other.</summary>
    private sealed class World(RetentionGround ground, Random random, bool cleans = true)
    {
        private readonly ConcurrentBag<Guid> _running = [], _ended = [], _assets = [];

        public string Last { get; private set; } = "";

        public async Task StepAsync()
        {
            var dice = random.Next(cleans ? 100 : 88);
            Last = dice.ToString(System.Globalization.CultureInfo.InvariantCulture);
            switch (dice)
            {
                case < 15:
                    _running.Add(ground.Create());
                    break;
                case < 35:
                    Film();
                    break;
                case < 55 when _running.TryTake(out var running):
                    await EndAsync(running);
                    break;
                case < 60:
                    _assets.Add(await ground.AssetAsync());
                    break;
                case < 66:
                    Any(_ended, id => ground.Retention.Pin(id));
                    break;
                case < 72:
                    Any(_ended, id => ground.Retention.Unpin(id));
                    break;
                case < 78:
                    Any(_ended, id => ground.Retention.Delete(id));
                    Any(_assets, id => ground.Assets.Delete(id));
                    break;
                case < 88:
                    Any(_ended, id => ground.Retention.Restore(id));
                    Any(_assets, id => ground.Assets.Restore(id));
                    break;
                case < 92:
                    await CleanInAStormAsync();
                    break;
                default:
                    ground.Time.Advance(TimeSpan.FromHours(random.Next(1, 100)));
                    await ground.Cleanup.RunAsync(default(CancellationToken));
                    break;
            }
        }

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
        }

        private void Film()
        {
            var clips = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(4) == 0 ? One(_assets)?.ToString("D") is { } id ? $"\"asset://{id}\"" : null : Clip())
                .OfType<string>().Select(url => $$"""{"url":{{url}},"end":1}""").ToList();
            try
            {
                if (clips.Count > 0)
                {
                    _running.Add(ground.CreateOf($$"""{"type":"EXPORT","params":{"clips":[{{string.Join(',', clips)}}]} }"""));
                }
            }
            catch (InvalidFieldsException)
            {
                // Of something in the trash, or of a job that failed.
            }
        }

        private string? Clip() => One(random.Next(3) == 0 ? _running : _ended) is { } id ? $$"""{"job":"{{id}}","output":"video"}""" : null;

        private async Task EndAsync(Guid jobId)
        {
            if (random.Next(4) == 0)
            {
                ground.End(jobId, random.Next(2) == 0 ? "FAILED" : "CANCELED");
            }
            else
            {
                await ground.SucceedAsync(jobId);
            }

            _ended.Add(jobId);
        }

        private async Task CleanInAStormAsync()
        {
            ground.Time.Advance(TimeSpan.FromHours(random.Next(1, 100)));
            ground.Store.DeletionsLeft = random.Next(5);
            try
            {
                await ground.Cleanup.RunAsync(default(CancellationToken));
            }
            catch (JobException)
            {
                // The store went away in the middle.
            }

            ground.Store.DeletionsLeft = -1;
        }

        private void Any(IReadOnlyCollection<Guid> ids, Action<Guid> act)
        {
            if (One(ids) is { } id)
            {
                act(id);
            }
        }

        private Guid? One(IReadOnlyCollection<Guid> ids) => ids.Count == 0 ? null : ids.ElementAt(random.Next(ids.Count));
    }
}
