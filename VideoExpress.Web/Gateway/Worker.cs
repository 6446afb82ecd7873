namespace VideoExpress.Web.Gateway;

/// <summary>What the gateway remembers of one worker while both are up.</summary>
#pragma warning disable CA1001 // a source without a timer holds nothing, and a poll may link to it at any time
internal sealed class Worker(string id, TimeProvider time)
#pragma warning restore CA1001
{
    /// <summary>A request absent from so many successive pings is lost.</summary>
    private const int AbsencesThatMeanLost = 2;

    /// <summary>A stop interrupts the handler's clean-up, so it is repeated no sooner than this.</summary>
    private static readonly TimeSpan StopPause = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _absences = [];
    private readonly Dictionary<string, Stop> _stops = [];
    private long _lastSign = time.GetTimestamp();
    private CancellationTokenSource _pollsEnd = new();

    public string Id { get; } = id;

    /// <summary>Raised when there is something to stop.</summary>
    public Signal StopArrived { get; } = new();

    /// <summary>The failed check of a worker that reported itself unhealthy.</summary>
    public string? Problem { get; set; }

    /// <summary>Time since its last request of any kind. It stands still while the machine sleeps, as the worker's pings do.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _lastSign));

    public void Touch() => Volatile.Write(ref _lastSign, time.GetTimestamp());

    /// <summary>Ends when its polls shall be answered at once, whatever there is to say.</summary>
    public CancellationToken PollsEnd => Volatile.Read(ref _pollsEnd).Token;

    /// <summary>Answers its polls at once: a worker that is about to end does so only when they are, and should take nothing more.</summary>
    public void LetGo() => Interlocked.Exchange(ref _pollsEnd, new CancellationTokenSource()).Cancel();

    /// <summary>Notes whether a ping listed a request; true when it has been absent from two in a row, or more.</summary>
    public bool IsLost(string requestId, bool isListed)
    {
        lock (_lock)
        {
            if (isListed)
            {
                _absences.Remove(requestId);
                return false;
            }

            var absences = _absences[requestId] = _absences.GetValueOrDefault(requestId) + 1;
            return absences >= AbsencesThatMeanLost;
        }
    }

    /// <summary>A post about a request shows that it is not lost, and the end of a hand-out that nobody need stop it.</summary>
    public void Heard(string requestId, bool isOver)
    {
        lock (_lock)
        {
            _absences.Remove(requestId);
            if (isOver)
            {
                _stops.Remove(requestId);
            }
        }
    }

    /// <summary>Has a request stopped with the next answer to the worker's question.</summary>
    public void RequestStop(string requestId)
    {
        lock (_lock)
        {
            _stops.TryAdd(requestId, new Stop());
        }

        StopArrived.Raise();
    }

    /// <summary>
    /// A ping listed <paramref name="requestIds"/>: stops that have worked are forgotten, those that have not for a while are due again.
    /// </summary>
    public void RepeatStops(IReadOnlySet<string> requestIds)
    {
        lock (_lock)
        {
            foreach (var (requestId, stop) in _stops.Where(stop => stop.Value.SentAt is not null).ToArray())
            {
                if (!requestIds.Contains(requestId))
                {
                    _stops.Remove(requestId);
                }
                else if (time.GetElapsedTime(stop.SentAt!.Value) >= StopPause)
                {
                    stop.SentAt = null;
                }
            }
        }

        StopArrived.Raise();
    }

    /// <summary>The stops that are due, now marked as sent; null when there are none.</summary>
    public IReadOnlyList<string>? TakeStops()
    {
        lock (_lock)
        {
            var due = _stops.Where(stop => stop.Value.SentAt is null).ToArray();
            foreach (var (_, stop) in due)
            {
                stop.SentAt = time.GetTimestamp();
            }

            return due.Length == 0 ? null : [.. due.Select(stop => stop.Key)];
        }
    }

    private sealed class Stop
    {
        public long? SentAt { get; set; }
    }
}
