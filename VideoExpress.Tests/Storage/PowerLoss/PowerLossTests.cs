using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Crash;
using Xunit.Abstractions;

namespace VideoExpress.Tests.Storage.PowerLoss;

/// <summary>
/// A process writes, its files are imaged, and the image is cut to what a power failure may leave. Each one must open, be sound, and have
/// whatever calls had returned with. What was synced is known from SQLite's own calls for it (<see cref="SqliteFileHook"/>), so nothing is
/// assumed about how many syncs a commit makes.
/// </summary>
public sealed class PowerLossTests(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly int _seed = Random.Shared.Next();

    private string FilePath => _folder.File("hangfire.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheLogCutAnywhere_IsSound_AndKeepsWhatWasSynced()
    {
        var random = Begin();
        var (trace, database, log) = await Record(PowerLossChild.WithoutServer, reports: 25);
        var ends = LogFrames.Ends(log);
        var (floor, syncedAt) = Replay(trace, log);
        output.WriteLine($"{ends.Count - 1} frames, {syncedAt.Count} calls returned");
        Assert.NotEqual(0, syncedAt.Values.Max());

        var cuts = ends.Where(end => end >= floor).Concat(Enumerable.Range(0, 40).Select(_ => random.Next(floor, ends[^1] + 1)));
        foreach (var cut in cuts)
        {
            AssertSound($"log cut at {cut}", database, log[..cut], ToldBy(syncedAt, cut));
        }

        for (var count = 0; count < 40; count++)
        {
            var frame = random.Next(ends.FindIndex(end => end >= floor), ends.Count - 1);
            var torn = Tear(random, log[..ends[frame + 1]], ends[frame]);
            AssertSound($"frame torn at {ends[frame]}", database, torn, ToldBy(syncedAt, ends[frame]));
        }
    }

    [Fact]
    public async Task PowerCutAtAnyMoment_AlsoInACheckpoint_LosesNothingThatWasTold()
    {
        var random = Begin();
        var (trace, _, _) = await Record(PowerLossChild.WithServer, reports: 250);
        output.WriteLine($"{trace.Count} events");
        var checkpoint = Indexes(trace, happened => happened is { Kind: DiskEventKind.Write, File: DiskFile.Database });
        var returns = Indexes(trace, happened => happened.Kind == DiskEventKind.Report);
        Assert.NotEmpty(checkpoint);
        var moments = new SortedDictionary<int, bool>();
        for (var count = 0; count < 40; count++)
        {
            moments[returns[random.Next(returns.Count)]] = true;
            moments[random.Next(trace.Count)] = false;
            moments[checkpoint[random.Next(checkpoint.Count)]] = false;
        }

        var disk = new Disk(await File.ReadAllBytesAsync(Base));
        for (var index = 0; index < trace.Count; index++)
        {
            disk.Apply(trace[index]);
            if (moments.TryGetValue(index, out var onlySynced))
            {
                AssertSound($"power cut at event {index}", Left(DiskFile.Database), Left(DiskFile.Log), disk.Told);
                byte[] Left(DiskFile file) => onlySynced ? disk.Synced(file) : disk.CutBy(random, file);
            }
        }
    }

    private string Base => _folder.File("base.db");

    private Random Begin()
    {
        output.WriteLine($"seed {_seed}");
        return new Random(_seed);
    }

    /// <summary>Lets the child write until it has reported enough, stops it, takes copies of both files, and kills it.</summary>
    private async Task<(List<DiskEvent> Trace, byte[] Database, byte[] Log)> Record(string setting, int reports)
    {
        using (var storage = new SQLiteStorage(FilePath))
        {
            Film.CreateTable(storage);
        }

        File.Copy(FilePath, Base);
        using var child = new KillableProcess(PowerLossChild.Role, FilePath, setting);
        for (var count = 0; count < reports; count++)
        {
            Assert.NotNull(await child.Reported(""));
        }

        await child.Stop();
        var image = (await File.ReadAllBytesAsync(FilePath), await File.ReadAllBytesAsync(FilePath + "-wal"));
        await child.Kill();
        return (DiskEvent.ReadAll(PowerLossChild.TraceOf(FilePath)), image.Item1, image.Item2);
    }

    /// <summary>
    /// What each call was told, with the length of the log that was synced when it returned; and how much of the log has to stay, because
    /// a checkpoint has begun to bring it into the database.
    /// </summary>
    private (int Floor, Dictionary<string, long> SyncedAt) Replay(List<DiskEvent> trace, byte[] log)
    {
        var disk = new Disk(File.ReadAllBytes(Base));
        var floor = 0L;
        var syncedAt = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var happened in trace)
        {
            disk.Apply(happened);
            switch (happened)
            {
                case { Kind: DiskEventKind.Report }:
                    syncedAt.Add(happened.Text, disk.SyncedLogLength);
                    break;
                case { Kind: DiskEventKind.Write, File: DiskFile.Database }:
                    floor = disk.SyncedLogLength;
                    break;
                case { Kind: DiskEventKind.Write, File: DiskFile.Log, Offset: 0 }:
                    // The log begins again, because all of it is in the database.
                    floor = 0;
                    syncedAt = syncedAt.ToDictionary(told => told.Key, _ => 0L, StringComparer.Ordinal);
                    break;
            }
        }

        // The process was stopped before, in or after its last write; up to there the trace is the truth.
        var certain = (int)trace.FindLast(happened => happened is { Kind: DiskEventKind.Write, File: DiskFile.Log })!.Offset;
        Assert.Equal(disk.Written(DiskFile.Log)[..certain], log[..certain]);
        return ((int)floor, syncedAt);
    }

    private static HashSet<string> ToldBy(Dictionary<string, long> syncedAt, int length) =>
        [.. syncedAt.Where(told => told.Value <= length).Select(told => told.Key)];

    private static List<int> Indexes(List<DiskEvent> trace, Predicate<DiskEvent> match) =>
        [.. Enumerable.Range(0, trace.Count).Where(index => match(trace[index]))];

    private static byte[] Tear(Random random, byte[] log, int from)
    {
        var (start, end) = (random.Next(from, log.Length), log.Length);
        var part = log.AsSpan(start, random.Next(1, end - start + 1));
        if (random.Next(2) == 0)
        {
            part.Clear();
        }
        else
        {
            random.NextBytes(part);
        }

        return log;
    }

    private void AssertSound(string when, byte[] database, byte[] log, IReadOnlySet<string> told)
    {
        using var folder = new MemoryFolder();
        var path = folder.File("image.db");
        File.WriteAllBytes(path, database);
        File.WriteAllBytes(path + "-wal", log);
        try
        {
            using var storage = new SQLiteStorage(path);
            Audit.AssertSound(storage);
            AssertIsThere(storage, told);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{when}, seed {_seed}: {exception.Message}", exception);
        }
    }

    private static void AssertIsThere(SQLiteStorage storage, IReadOnlySet<string> told)
    {
        var states = Audit.States(storage);
        var films = Film.Titles(storage);
        using var connection = storage.GetConnection();
        var notes = connection.GetAllEntriesFromHash(PowerLossChild.Notes) ?? [];
        Assert.All(told, report => Assert.True(report.Split(' ') switch
        {
            ["created", var id] => states.ContainsKey(id),
            ["deleted", var id] => states.GetValueOrDefault(id) == "Deleted",
            ["marked", var id] => connection.GetJobParameter(id, PowerLossChild.Notes) == id,
            ["noted", var id] => notes.ContainsKey(id),
            ["film", var title] => films.Contains(title),
            _ => false,
        }, report + " is lost."));
    }
}
