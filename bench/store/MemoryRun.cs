using System.Diagnostics;
using System.Globalization;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Bench.Store;

/// <summary>Two large files into the bucket at once, by a process whose heap may not grow beyond 512 MB.</summary>
internal static class MemoryRun
{
    /// <summary>What the process that is measured is told to do.</summary>
    public const string Role = "memory-child";

    private const long HeapLimit = 512L << 20;
    private const int AtOnce = 2;
    private static readonly string[] Names = ["S3_ENDPOINT", "S3_ACCESS_KEY", "S3_SECRET_KEY", "S3_BUCKET"];

    /// <summary>Starts that process.</summary>
    public static async Task<int> StartAsync(StoreSettings settings, long bytes)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(MemoryRun).Assembly.Location, Role, bytes.ToString(CultureInfo.InvariantCulture)]);
        start.Environment["DOTNET_GCHeapHardLimit"] = $"0x{HeapLimit:x}";
        foreach (var (name, value) in Names.Zip([settings.Endpoint!.AbsoluteUri, settings.AccessKey, settings.SecretKey, settings.Bucket]))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Is that process.</summary>
    public static async Task<int> RunAsync(long bytes)
    {
        var values = Names.Select(name => Environment.GetEnvironmentVariable(name)!).ToArray();
        using var store = new S3Store(
            new StoreSettings { Endpoint = new Uri(values[0]), AccessKey = values[1], SecretKey = values[2], Bucket = values[3] }, TimeProvider.System);
        var file = Path.GetTempFileName();
        try
        {
            await using (var sparse = File.OpenWrite(file))
            {
                sparse.SetLength(bytes);
            }

            var peak = new PeakHeap();
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(n => PutAsync(store, file, $"film-{n}.mp4", peak)));
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{AtOnce} x {bytes >> 20} MiB at once in {seconds:0} s ({AtOnce * bytes / 1e6 / seconds:0} MB/s), heap limit {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB: "
                + $"heap {peak.Bytes >> 20} MiB at most, resident {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB at most, "
                + $"{GC.GetTotalAllocatedBytes() / (double)(AtOnce * bytes):0.00} bytes allocated for each byte sent, {GC.CollectionCount(2)} full collections"));
            return 0;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task PutAsync(S3Store store, string file, string name, PeakHeap peak)
    {
        var key = StoreKey.Inbox(Guid.Empty, Guid.Empty, name);
        await using var content = File.OpenRead(file);
        await store.PutAsync(key, content, new NewObject(content.Length, "video/mp4") { Progress = peak }, CancellationToken.None);
        await store.DeleteAsync(key, CancellationToken.None);
    }

    /// <summary>Looks at the heap whenever a part is sent.</summary>
    private sealed class PeakHeap : IProgress<long>
    {
        private readonly Lock _lock = new();

        public long Bytes { get; private set; }

        public void Report(long value)
        {
            lock (_lock)
            {
                Bytes = Math.Max(Bytes, GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes);
            }
        }
    }
}
