using System.Diagnostics;

namespace VideoExpress.Bench.Storage;

internal static class Work
{
    /// <summary>Operations per second of so many threads together, after a warm-up.</summary>
    public static double Rate(int threads, int warmUp, int count, Action operation)
    {
        Repeat(threads, warmUp, operation);
        Settle();
        return count / Repeat(threads, count, operation).TotalSeconds;
    }

    /// <summary>What others left behind is not to be collected at our cost.</summary>
    public static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    public static void Pause(TimeSpan time) => CancellationToken.None.WaitHandle.WaitOne(time);

    /// <summary>How long so many threads take for so many operations together.</summary>
    public static TimeSpan Repeat(int threads, int count, Action operation)
    {
        var left = count;
        using var start = new ManualResetEventSlim();
        var running = Enumerable.Range(0, threads)
            .Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.Wait();
                    while (Interlocked.Decrement(ref left) >= 0)
                    {
                        operation();
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();

        var clock = Stopwatch.StartNew();
        start.Set();
        Task.WaitAll(running);
        return clock.Elapsed;
    }
}
