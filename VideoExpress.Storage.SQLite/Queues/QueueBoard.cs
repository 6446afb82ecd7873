namespace VideoExpress.Storage.SQLite.Queues;

/// <summary>
/// Who waits for which queue, which rows are free, and which are taken. The file knows the rows only: a row that was taken by a process
/// that died is free when the next one starts. A committed row is handed to one waiting worker directly; nobody polls.
/// </summary>
internal sealed class QueueBoard(TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Claim> _claims = [];
    private readonly LinkedList<Waiter> _waiters = [];
    private long _lastRow;
    private bool _disposed;

    /// <summary>The id of a new row; never one that was used before, which a worker may still hold and remove.</summary>
    public long NextRow()
    {
        lock (_gate)
        {
            return ++_lastRow;
        }
    }

    /// <summary>Called in the order of commits, after each.</summary>
    public void Add(QueuedJob row)
    {
        lock (_gate)
        {
            _lastRow = Math.Max(_lastRow, row.Id);
            if (!HandOver(row))
            {
                LaneOf(row.Queue).Append(row);
            }
        }
    }

    /// <summary>Blocks until a row is free in one of the queues; the first queue has priority, in a queue the oldest row.</summary>
    public QueuedJob Take(string[] queues, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SQLiteStorage));
            foreach (var queue in queues)
            {
                if (_lanes.TryGetValue(queue, out var lane) && lane.TryTake(out var row))
                {
                    return Claimed(row);
                }
            }

            place = _waiters.AddLast(new Waiter(queues));
        }

        var handed = place.Value.Row.Task;
        try
        {
            Task.WaitAny([handed], cancellationToken);
        }
        catch
        {
            // Cancelled, or the thread is interrupted: a row must not be handed to somebody who has gone.
            Withdraw(place);
            throw;
        }

        return handed.GetAwaiter().GetResult();
    }

    /// <summary>The row was removed from the file.</summary>
    public void Complete(QueuedJob row)
    {
        lock (_gate)
        {
            _claims.Remove(row.Id);
        }
    }

    /// <summary>The row is free again, before the younger ones of its queue.</summary>
    public void Return(QueuedJob row)
    {
        lock (_gate)
        {
            if (_claims.Remove(row.Id) && !HandOver(row))
            {
                LaneOf(row.Queue).PutBack(row);
            }
        }
    }

    /// <summary>The rows that are taken, oldest first, with the time when they were.</summary>
    public List<(QueuedJob Row, DateTime At)> Claims(string queue)
    {
        lock (_gate)
        {
            return
            [
                .. _claims.Values
                    .Where(claim => claim.Row.Queue == queue)
                    .OrderBy(claim => claim.Row.Id)
                    .Select(claim => (claim.Row, claim.At)),
            ];
        }
    }

    /// <summary>One page of the rows that are free, in the order in which they will be taken.</summary>
    public long[] Free(string queue, int from, int count)
    {
        lock (_gate)
        {
            return _lanes.TryGetValue(queue, out var lane) ? [.. lane.Rows.Skip(from).Take(count).Select(row => row.Id)] : [];
        }
    }

    /// <summary>Every queue that has rows, by name: how many are free and how many taken.</summary>
    public List<(string Queue, long Free, long Taken)> Count()
    {
        lock (_gate)
        {
            var taken = _claims.Values.CountBy(claim => claim.Row.Queue, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
            var names = _lanes.Where(lane => lane.Value.Count > 0).Select(lane => lane.Key).Union(taken.Keys, StringComparer.Ordinal);
            return [.. names.Order(StringComparer.Ordinal)
                .Select(name => (name, _lanes.GetValueOrDefault(name)?.Count ?? 0L, (long)taken.GetValueOrDefault(name)))];
        }
    }

    /// <summary>How many wait for a row at this moment.</summary>
    public int CountWaiting()
    {
        lock (_gate)
        {
            return _waiters.Count;
        }
    }

    /// <summary>Whoever waits is sent away with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var waiter in _waiters)
            {
                waiter.Row.SetException(new ObjectDisposedException(nameof(SQLiteStorage)));
            }

            _waiters.Clear();
        }
    }

    private bool HandOver(QueuedJob row)
    {
        for (var node = _waiters.First; node is not null; node = node.Next)
        {
            if (!node.Value.Queues.Contains(row.Queue, StringComparer.Ordinal))
            {
                continue;
            }

            _waiters.Remove(node);
            node.Value.Row.SetResult(Claimed(row));
            return true;
        }

        return false;
    }

    private void Withdraw(LinkedListNode<Waiter> place)
    {
        lock (_gate)
        {
            if (place.List is not null)
            {
                _waiters.Remove(place);
            }
            else if (place.Value.Row.Task is { IsCompletedSuccessfully: true } handed)
            {
                Return(handed.Result);
            }
        }
    }

    private QueuedJob Claimed(QueuedJob row)
    {
        _claims.Add(row.Id, new Claim(row, time.GetUtcNow().UtcDateTime));
        return row;
    }

    private Lane LaneOf(string queue)
    {
        if (!_lanes.TryGetValue(queue, out var lane))
        {
            _lanes.Add(queue, lane = new Lane());
        }

        return lane;
    }

    private readonly record struct Claim(QueuedJob Row, DateTime At);

    private sealed record Waiter(string[] Queues)
    {
        public TaskCompletionSource<QueuedJob> Row { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
