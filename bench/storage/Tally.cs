using System.Diagnostics;

namespace VideoExpress.Bench.Storage;

/// <summary>Counts the jobs that run, and takes the time from the last one of the warm-up to the last of all.</summary>
internal static class Tally
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly ManualResetEventSlim Done = new();

    private static int _warmUp;
    private static int _all;
    private static int _ran;
    private static long _startedAt;
    private static long _endedAt;

    public static void Expect(int warmUp, int jobs)
    {
        (_warmUp, _all, _ran) = (warmUp, warmUp + jobs, 0);
        Done.Reset();
    }

    public static void Ran()
    {
        var ran = Interlocked.Increment(ref _ran);
        if (ran == _warmUp)
        {
            _startedAt = Stopwatch.GetTimestamp();
        }
        else if (ran == _all)
        {
            _endedAt = Stopwatch.GetTimestamp();
            Done.Set();
        }
    }

    /// <summary>Waits for the last job; jobs per second.</summary>
    public static double Rate()
    {
        if (!Done.Wait(Longest))
        {
            throw new TimeoutException($"After {Longest}, {_ran} of {_all} jobs had run.");
        }

        return (_all - _warmUp) / Stopwatch.GetElapsedTime(_startedAt, _endedAt).TotalSeconds;
    }
}
