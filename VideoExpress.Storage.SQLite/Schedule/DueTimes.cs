using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Schedule;

/// <summary>When the next scheduled job is due, kept in memory so that the scheduler can sleep until then.</summary>
internal sealed class DueTimes(TimeProvider time)
{
    /// <summary>The set in which Hangfire keeps scheduled jobs, as <c>id</c> or <c>queue:id</c>.</summary>
    public const string SetKey = "schedule";

    private readonly Lock _gate = new();
    private long _earliest = long.MaxValue;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called after the commit that scheduled a job; wakes the scheduler when it is the earliest.</summary>
    public void Add(long dueAt)
    {
        lock (_gate)
        {
            if (dueAt >= _earliest)
            {
                return;
            }

            _earliest = dueAt;
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>
    /// Forgets the earliest time and returns it. The caller then reads it from the file and adds it; in this order no commit in between is
    /// lost. Where it cannot be read, the one before is added again.
    /// </summary>
    public long Forget()
    {
        lock (_gate)
        {
            var before = _earliest;
            _earliest = long.MaxValue;
            return before;
        }
    }

    /// <summary>True once a job is due; false when something earlier was scheduled meanwhile, or after <paramref name="atMost"/>.</summary>
    public bool Wait(TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task changed;
        TimeSpan wait;
        lock (_gate)
        {
            changed = _changed.Task;
            wait = Remaining();
        }

        if (wait <= TimeSpan.Zero)
        {
            return true;
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A delay is cut to whole milliseconds, so the last one would be none at all, again and again.
        var delay = Task.Delay(wait < atMost ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : atMost, time, cancellation.Token);
        Task.WaitAny([changed, delay], cancellationToken);
        cancellation.Cancel();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Remaining() <= TimeSpan.Zero;
        }
    }

    private TimeSpan Remaining() =>
        _earliest == long.MaxValue ? TimeSpan.MaxValue : UnixMicros.ToUtc(_earliest) - time.GetUtcNow().UtcDateTime;
}
