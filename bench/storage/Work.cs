using System.Diagnostics;

namespace VideoExpress.Bench.Storage;

internal static class Work
{
    /// <summary>Parts of a measurement: few enough that each is long, many enough that a slow second of the disk meets all alike.</summary>
    public const int Slices = 10;

    /// <summary>The runtime compiles hot code anew when 100 ms have brought no new method (DOTNET_TC_CallCountingDelayMs).</summary>
    private static readonly TimeSpan CompilerDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>Takes one slice of each in turn, <see cref="Slices"/> times over; the total of each.</summary>
    public static TimeSpan[] Alternate(params Func<TimeSpan>[] slices)
    {
        Settle();
        var totals = new TimeSpan[slices.Length];
        for (var round = 0; round < Slices; round++)
        {
            for (var index = 0; index < slices.Length; index++)
            {
                totals[index] += slices[index]();
            }
        }

        return totals;
    }

    /// <summary>How long so many threads take for so many operations together.</summary>
    public static TimeSpan Repeat(int threads, int count, Action operation)
    {
        var left = count;
        using var ready = new CountdownEvent(threads);
        using var start = new ManualResetEventSlim();
        var running = Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(Run, TaskCreationOptions.LongRunning)).ToArray();
        ready.Wait();
        var clock = Stopwatch.StartNew();
        start.Set();
        Task.WaitAll(running);
        return clock.Elapsed;

        void Run()
        {
            ready.Signal();
            start.Wait();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                operation();
            }
        }
    }

    /// <summary>What others left behind is not to be collected, or compiled, at our cost.</summary>
    public static void Settle()
    {
        Pause(CompilerDelay);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    public static void Pause(TimeSpan time) => CancellationToken.None.WaitHandle.WaitOne(time);
}
