using System.Runtime.ExceptionServices;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>A write that was asked for, from then until its caller learns how it ended.</summary>
/// <param name="work">What it does; null when its caller does it, between the begin and the end of a unit of work.</param>
/// <param name="traits">What it asks of the writer.</param>
internal sealed class Write(Action<WriteTurn>? work, WriteTraits traits)
{
    private readonly object _monitor = new();
    private bool _hasTurn;
    private bool _wasInterrupted;
    private Exception? _error;

    public Action<WriteTurn>? Work { get; } = work;

    public WriteTraits Traits { get; private set; } = traits;

    /// <summary>The turn in which it runs; a new one, if it has to run again.</summary>
    public WriteTurn? Turn { get; set; }

    /// <summary>Whether it was committed or has failed.</summary>
    public bool IsOver { get; private set; }

    public bool Is(WriteTraits trait) => (Traits & trait) != 0;

    /// <summary>It was rolled back with others, and will run again by itself.</summary>
    public void WillRunAlone() => Traits |= WriteTraits.Alone;

    /// <summary>
    /// Blocks until it is this thread's turn or the write is over; false when neither was in time. An interrupt of the thread has to wait:
    /// were the turn given to a thread that has gone, nobody could write any more.
    /// </summary>
    public bool Wait(TimeSpan atMost)
    {
        lock (_monitor)
        {
            while (!_hasTurn && !IsOver)
            {
                try
                {
                    if (!Monitor.Wait(_monitor, atMost))
                    {
                        return false;
                    }
                }
                catch (ThreadInterruptedException)
                {
                    _wasInterrupted = true;
                }
            }

            _hasTurn = false;
            return true;
        }
    }

    /// <summary>Called when the thread holds nothing any more: interrupts it now, if it was to be interrupted meanwhile.</summary>
    public void PassInterruptOn()
    {
        if (_wasInterrupted)
        {
            _wasInterrupted = false;
            Thread.CurrentThread.Interrupt();
        }
    }

    public void GiveTurn()
    {
        lock (_monitor)
        {
            _hasTurn = true;
            Monitor.Pulse(_monitor);
        }
    }

    public void End(Exception? error)
    {
        lock (_monitor)
        {
            _error = error;
            IsOver = true;
            Monitor.Pulse(_monitor);
        }
    }

    public void ThrowIfFailed()
    {
        if (_error is not null)
        {
            ExceptionDispatchInfo.Throw(_error);
        }
    }
}
