using VideoExpress.Jobs;
using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;

namespace VideoExpress.Tests.Integration.Retention;

/// <summary>
/// The cleanup never removes what is reachable: whatever jobs, films, pins, deletions, restorings, scrubs, requeues, failures of the store and leaps of
/// time, also back, come in whatever order, every file of what is kept, of what that uses by way of others, and of what can be restored, is there.
/// </summary>
public sealed class ReachabilityTests
{
    /// <summary>All that the product takes as a source.</summary>
    private static readonly string[] Forms =
    [
        "asset", "asset's download_url", "asset's public url", "asset's s3", "asset's url",
        "job", "job's download_url", "job's public url", "job's s3", "job's url",
    ];

    [Fact]
    public async Task InAnyOrderOfThings_NothingReachableGoes()
    {
        var forms = new HashSet<string>();
        for (var seed = 1; seed <= 6; seed++)
        {
            using var ground = new RetentionGround(new RetentionSettings { OutputsDays = 10, FailedDays = 5, AssetsDays = 10, MaxBytes = 1500 });
            var world = new RandomWorld(ground, seed);
            await RunAsync(ground, world);
            forms.UnionWith(world.Forms);
        }

        Assert.Equal(Forms, forms.Order(StringComparer.Ordinal));
    }

    /// <summary>The same while others hand in, finish, pin, delete and restore at once with the passes.</summary>
    [Fact]
    public async Task WhileJobsAndTimelinesChangeUnderIt_NothingReachableGoes()
    {
        using var ground = new RetentionGround(new RetentionSettings { OutputsDays = 10, FailedDays = 5, AssetsDays = 10, MaxBytes = 3000, TrashTime = TimeSpan.FromHours(6) });
        ground.Store.SparesUnfinished = true;
        var worlds = Enumerable.Range(0, 3).Select(seed => new RandomWorld(ground, seed, cleans: false)).ToList();
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
        await AssertWholeAsync(ground, worlds, "in the end");
    }

    private static async Task RunAsync(RetentionGround ground, RandomWorld world)
    {
        try
        {
            for (var step = 0; step < 120; step++)
            {
                await world.StepAsync();
                await AssertWholeAsync(ground, [world], world.Last);
            }

            await AssertAllGoesInTheEndAsync(ground, world);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(world.Last, error); // a failure of any kind can be repeated
        }
    }

    private static async Task AssertWholeAsync(RetentionGround ground, IReadOnlyList<RandomWorld> worlds, string when)
    {
        var files = (await ground.FilesAsync()).ToDictionary(file => file.Key.Value, file => file.Length);
        var (jobs, outputs, assets) = ground.Read(db => (
            db.List<string>("select job_id from jobs").ConvertAll(id => db.FindJob(Guid.Parse(id))!).ToDictionary(job => job.Id),
            db.List<(string, string, long)>("select job_id, key, bytes from outputs"),
            db.List<string>("select asset_id from assets").ConvertAll(id => db.FindAsset(Guid.Parse(id))!).ToDictionary(asset => asset.Id)));
        bool IsWanted(Guid id) => TrashOf(id) is null or { State: TrashState.Trashed };
        Trash? TrashOf(Guid id) => jobs.TryGetValue(id, out var job) ? job.Trash : assets[id].Trash;
        foreach (var (job, key, bytes) in outputs.Where(output => IsWanted(Guid.Parse(output.Item1))))
        {
            Assert.True(files.GetValueOrDefault(key, -1) == bytes, $"{when}: {key} of {jobs[Guid.Parse(job)].Trash} is not there");
        }

        foreach (var job in jobs.Values.Where(job => job.Status == JobStatus.Succeeded && IsWanted(job.Id)))
        {
            Assert.True(outputs.Exists(output => Guid.Parse(output.Item1) == job.Id), $"{when}: {job.Id} has no outputs");
        }

        foreach (var asset in assets.Values.Where(asset => IsWanted(asset.Id)))
        {
            Assert.True(files.ContainsKey(asset.Key.Value), $"{when}: asset {asset.Id} is not there");
        }

        foreach (var (job, key) in worlds.SelectMany(world => world.Unlisted).Where(file => IsWanted(file.Job) && jobs[file.Job].Status != JobStatus.Canceled))
        {
            Assert.True(files.ContainsKey(key.Value), $"{when}: {key} of {jobs[job].Status} is not there");
        }

        // What is kept, or at work, or pinned, has all that it uses; what can be restored can be so with all that it uses.
        foreach (var (film, source) in worlds.SelectMany(world => world.Sources))
        {
            Assert.True(TrashOf(film) is not null || TrashOf(source) is null, $"{when}: {film} uses {source}, which is on its way out");
            Assert.True(!IsWanted(film) || IsWanted(source), $"{when}: {film} can be restored, and {source} that it uses cannot");
        }

        Assert.All(worlds.SelectMany(world => world.Pinned), id => Assert.True(TrashOf(id) is null, $"{when}: {id} is pinned, and on its way out"));
        Assert.DoesNotContain(jobs.Values, job => job.Trash is not null && !job.Status.IsTerminal());
    }

    private static async Task AssertAllGoesInTheEndAsync(RetentionGround ground, RandomWorld world)
    {
        await world.LetAllEndAsync();
        foreach (var days in new[] { 20, 2, 2 })
        {
            ground.Time.Advance(TimeSpan.FromDays(days));
            await ground.Cleanup.RunAsync(default(CancellationToken));
        }

        await ground.Scrub.RunAsync(repair: true, verify: false, default);
        Assert.Empty(await ground.FilesAsync());
    }
}
