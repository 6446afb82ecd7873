namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>Who has the turn to write, and who waits for it, in the order in which they came.</summary>
internal sealed class TurnQueue
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Write> _waiting = [];
    private bool _isTaken;
    private bool _isClosed;

    /// <summary>How many wait at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>True when the turn was free and is taken; else the write waits from now on.</summary>
    public bool TakeOrWait(Write write)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(SQLiteStorage));
            if (!_isTaken)
            {
                return _isTaken = true;
            }

            _waiting.AddLast(write);
            return false;
        }
    }

    /// <summary>False when the write does not wait any more: somebody runs it, or has run it.</summary>
    public bool Withdraw(Write write)
    {
        lock (_gate)
        {
            return _waiting.Remove(write);
        }
    }

    public bool AnyWaiting(Func<Write, bool> condition)
    {
        lock (_gate)
        {
            return _waiting.Any(condition);
        }
    }

    /// <summary>Takes the first who waits out of the line, if it may go on in the turn that is under way.</summary>
    public Write? TakeFirst(Func<Write, bool> mayGoOn)
    {
        lock (_gate)
        {
            if (_waiting.First?.Value is not { } first || !mayGoOn(first))
            {
                return null;
            }

            _waiting.RemoveFirst();
            return first;
        }
    }

    /// <summary>Gives the turn to the first who waits.</summary>
    public void PassOn()
    {
        lock (_gate)
        {
            if (_waiting.First?.Value is not { } first)
            {
                _isTaken = false;
                return;
            }

            _waiting.RemoveFirst();
            first.GiveTurn();
        }
    }

    /// <summary>Has the write go before all who wait.</summary>
    public void PutFirst(Write write)
    {
        lock (_gate)
        {
            _waiting.AddFirst(write);
        }
    }

    /// <summary>Lets nobody in any more, and gives the last turn to <paramref name="last"/>; false when that has happened before.</summary>
    public bool Close(Write last)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            _isClosed = true;
            if (_isTaken)
            {
                _waiting.AddFirst(last);
            }
            else
            {
                last.GiveTurn();
            }

            return true;
        }
    }

    /// <summary>Ends all who wait.</summary>
    public void EndAll(Func<Exception> outcome)
    {
        lock (_gate)
        {
            foreach (var write in _waiting)
            {
                write.End(outcome());
            }

            _waiting.Clear();
        }
    }
}
