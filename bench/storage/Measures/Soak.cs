using System.Diagnostics;
using System.Globalization;
using Hangfire.Common;
using Hangfire.States;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Bench.Storage.Measures;

/// <summary>
/// Very many jobs in a steady flow, each kept for a minute: file and memory must not grow with what has gone through. Two threads enqueue,
/// and are never more than <see cref="Ahead"/> jobs ahead of the workers.
/// </summary>
internal static class Soak
{
    private const int Ahead = 2000;
    private const int PrintEvery = 100_000;
    private const int Threads = 2;

    /// <summary>How many arenas glibc spreads small allocations over (mallopt(3)); memory depends on it.</summary>
    private const string ArenaLimit = "MALLOC_ARENA_MAX";

    private const double MegaByte = 1024 * 1024;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private static readonly SemaphoreSlim Room = new(Ahead);
    private static readonly Bar FileBar = Bar.Most(50);
    private static readonly Bar MemoryBar = Bar.Most(1.2);

    public static void Ran() => Room.Release();

    /// <summary>True when both bars are met.</summary>
    public static bool Run(string folder, int jobs)
    {
        using var peer = new SQLitePeer(folder, new SQLiteStorageOptions { JobExpirationTimeout = TimeSpan.FromMinutes(1) });
        using var server = peer.Serve();
        var job = Job.FromExpression(() => Jobs.LetNextIn());

        var arenas = Environment.GetEnvironmentVariable(ArenaLimit) ?? "not set";
        Console.WriteLine($"{jobs} jobs, {Environment.ProcessorCount} processors; {ArenaLimit}: {arenas}");
        Console.WriteLine($"{"jobs",10} {"jobs/s",8} {"file MB",9} {"WAL MB",8} {"RSS MB",8} {"heap MB",8}");
        var memory = 0.0;
        for (var done = 0; done < jobs; done += PrintEvery)
        {
            var part = Math.Min(PrintEvery, jobs - done);
            var rate = part / Work.Repeat(Threads, part, () => Enqueue(peer, job)).TotalSeconds;
            var now = Print(peer, done + part, rate);
            memory = memory == 0 ? now : memory;
        }

        WaitUntilAllAreGone(peer);
        var ratio = Print(peer, jobs, rate: 0) / memory;
        var file = FileSize(peer, "") + FileSize(peer, "-wal");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"file + WAL {file:0.0} MB: {FileBar} MB, {FileBar.Verdict(file)}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"RSS {ratio:0.00} × that after the first {Math.Min(jobs, PrintEvery)} jobs: {MemoryBar}, {MemoryBar.Verdict(ratio)}"));
        return FileBar.IsMet(file) && MemoryBar.IsMet(ratio);
    }

    private static void Enqueue(SQLitePeer peer, Job job)
    {
        Room.Wait();
        peer.Client.Create(job, new EnqueuedState());
    }

    private static void WaitUntilAllAreGone(SQLitePeer peer)
    {
        var clock = Stopwatch.StartNew();
        while (JobsLeft(peer) is > 0 and var left)
        {
            Work.Pause(TimeSpan.FromSeconds(1));
            if (clock.Elapsed > LongestWait)
            {
                throw new TimeoutException($"{left} jobs are still there after {LongestWait}.");
            }
        }

        // One more round of the expiration, which gives the space back last.
        Work.Pause(peer.Storage.Options.ExpirationInterval + TimeSpan.FromSeconds(5));
    }

    private static long JobsLeft(SQLitePeer peer)
    {
        var monitor = peer.Storage.GetMonitoringApi();
        var statistics = monitor.GetStatistics();
        return statistics.Enqueued + statistics.Processing + monitor.SucceededListCount();
    }

    /// <summary>Resident memory, in megabytes.</summary>
    private static double Print(SQLitePeer peer, int jobs, double rate)
    {
        using var process = Process.GetCurrentProcess();
        var memory = process.WorkingSet64 / MegaByte;
        var heap = GC.GetTotalMemory(forceFullCollection: false) / MegaByte;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{jobs,10} {rate,8:0} {FileSize(peer, ""),9:0.0} {FileSize(peer, "-wal"),8:0.0} {memory,8:0.0} {heap,8:0.0}"));
        return memory;
    }

    private static double FileSize(SQLitePeer peer, string suffix)
    {
        var file = new FileInfo(peer.Storage.Path + suffix);
        return file.Exists ? file.Length / MegaByte : 0;
    }
}
