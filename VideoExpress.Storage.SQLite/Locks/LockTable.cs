namespace VideoExpress.Storage.SQLite.Locks;

/// <summary>
/// Exclusive locks by name, in memory: one process owns the storage, so none can outlive it. A lock may be taken again by the owner that
/// has it, whatever the thread; others get it in the order in which they asked.
/// </summary>
internal sealed class LockTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>False when it was not free within <paramref name="timeout"/>; zero tries once.</summary>
    public bool TryAcquire(object owner, string resource, TimeSpan timeout)
    {
        LinkedListNode<Waiter> place;
        lock (_gate)
        {
            if (!_entries.TryGetValue(resource, out var entry))
            {
                _entries.Add(resource, new Entry(owner));
                return true;
            }

            if (ReferenceEquals(entry.Owner, owner))
            {
                entry.Depth++;
                return true;
            }

            if (timeout == TimeSpan.Zero)
            {
                return false;
            }

            place = entry.Waiters.AddLast(new Waiter(owner));
        }

        try
        {
            return place.Value.Granted.Task.Wait(timeout) || !Withdraw(place);
        }
        catch (ThreadInterruptedException)
        {
            if (!Withdraw(place))
            {
                Release(owner, resource);
            }

            throw;
        }
    }

    public void Release(object owner, string resource)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(resource, out var entry) || !ReferenceEquals(entry.Owner, owner))
            {
                return;
            }

            if (--entry.Depth > 0)
            {
                return;
            }

            if (entry.Waiters.First is not { } next)
            {
                _entries.Remove(resource);
                return;
            }

            entry.Waiters.RemoveFirst();
            (entry.Owner, entry.Depth) = (next.Value.Owner, 1);
            next.Value.Granted.SetResult();
        }
    }

    /// <summary>How many wait for it at this moment.</summary>
    public int CountWaiting(string resource)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(resource, out var entry) ? entry.Waiters.Count : 0;
        }
    }

    /// <summary>False when the lock was granted after all, between the timeout and now.</summary>
    private bool Withdraw(LinkedListNode<Waiter> place)
    {
        lock (_gate)
        {
            if (place.Value.Granted.Task.IsCompleted)
            {
                return false;
            }

            place.List!.Remove(place);
            return true;
        }
    }

    private sealed class Entry(object owner)
    {
        public object Owner { get; set; } = owner;

        public int Depth { get; set; } = 1;

        public LinkedList<Waiter> Waiters { get; } = [];
    }

    private sealed record Waiter(object Owner)
    {
        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
