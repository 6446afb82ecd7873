using System.Diagnostics;

namespace VideoExpress.Bench.Storage;

/// <summary>
/// Counts the jobs that run and lets through as many as it is told; the next ones wait inside the job. So a drain can stand still while
/// something else is measured.
/// </summary>
internal sealed class Tally
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly object _gate = new();
    private int _limit;
    private int _ran;
    private bool _limitReached;

    /// <summary>Called by each job.</summary>
    public void Ran()
    {
        var number = Interlocked.Increment(ref _ran);
        if (number < Volatile.Read(ref _limit))
        {
            return;
        }

        lock (_gate)
        {
            while (number > _limit)
            {
                Monitor.Wait(_gate);
            }

            if (number == _limit)
            {
                _limitReached = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>How long the next so many jobs take.</summary>
    public TimeSpan Let(int jobs)
    {
        lock (_gate)
        {
            var clock = Stopwatch.StartNew();
            _limitReached = false;
            _limit += jobs;
            Monitor.PulseAll(_gate);
            while (!_limitReached)
            {
                if (!Monitor.Wait(_gate, Longest))
                {
                    throw new TimeoutException($"After {Longest}, {_ran} of {_limit} jobs had run.");
                }
            }

            return clock.Elapsed;
        }
    }

    /// <summary>Nobody waits any longer.</summary>
    public void LetAll()
    {
        lock (_gate)
        {
            _limit = int.MaxValue;
            Monitor.PulseAll(_gate);
        }
    }
}
