using System.Globalization;
using Hangfire.Logging;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>
/// The one place where the file is written. SQLite has one writer at a time and a durable commit waits for the disk, so writes that come
/// meanwhile share the next commit (group commit): whoever has the turn runs what waits, each in a savepoint of one transaction, and
/// commits for all. Nobody's write returns before the commit it is part of. A lone writer commits on its own thread at once.
/// </summary>
internal sealed class FileWriter(WriterConnection connection) : IDisposable
{
    /// <summary>Bounds what has to be run again when the disk fails, and how long the first of them waits.</summary>
    private const int MostInOneCommit = 64;

    /// <summary>Far longer than any turn takes; what waits longer waits for a unit of work that somebody forgot to dispose of.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly TurnQueue _turns = new();
    private readonly AsyncLocal<WriterScope?> _current = new();
    private readonly SharedTransaction _transaction = new(connection);
    private readonly ILog _log = LogProvider.GetLogger(typeof(SQLiteStorage));
    private bool _othersExpected;

    /// <summary>Runs a write, perhaps more than once, and returns when it is committed.</summary>
    public T Run<T>(Func<WriteTurn, T> work, WriteTraits traits = WriteTraits.None)
    {
        var result = default(T)!;
        Run(turn => { result = work(turn); }, traits);
        return result;
    }

    /// <inheritdoc cref="Run{T}" />
    public void Run(Action<WriteTurn> work, WriteTraits traits = WriteTraits.None)
    {
        RefuseWithinUnitOfWork();
        var write = new Write(work, traits);
        Take(write);
        while (!write.IsOver)
        {
            RunHere(write);
            GoOn();
            AwaitOutcome(write);
        }

        Finish(write);
    }

    /// <summary>Has other writes of this thread refused until <see cref="CloseScope"/>.</summary>
    public WriterScope OpenScope()
    {
        RefuseWithinUnitOfWork();
        return _current.Value = new WriterScope();
    }

    public void CloseScope(WriterScope scope)
    {
        scope.HasEnded = true;
        _current.Value = null;
    }

    /// <summary>Waits for the turn, which the caller has until <see cref="Commit"/> or <see cref="Abandon"/>, on the same thread.</summary>
    public WriteTurn Begin()
    {
        var write = new Write(work: null, WriteTraits.OwnThread);
        Take(write);
        write.ThrowIfFailed();
        try
        {
            return _transaction.Enter(write, synced: true);
        }
        catch
        {
            GoOn();
            throw;
        }
    }

    /// <summary>Commits what <see cref="Begin"/> began, or throws and has rolled it back.</summary>
    public void Commit(WriteTurn turn, WriterScope scope)
    {
        CloseScope(scope);
        var write = turn.Write;
        try
        {
            _transaction.Keep(write);
        }
        catch (Exception exception)
        {
            Undo(write, exception);
        }

        GoOn();
        AwaitOutcome(write);
        Finish(write);
    }

    /// <summary>Rolls back what <see cref="Begin"/> began.</summary>
    public void Abandon(WriteTurn turn, WriterScope scope)
    {
        CloseScope(scope);
        Undo(turn.Write, new OperationCanceledException("The unit of work was not committed."));
        GoOn();
        turn.End();
        turn.Write.PassInterruptOn();
    }

    /// <summary>Runs what cannot run inside a transaction, such as a checkpoint, while nobody writes.</summary>
    public void RunAlone(Action<SqliteConnection> work)
    {
        RefuseWithinUnitOfWork();
        var write = new Write(work: null, WriteTraits.OwnThread | WriteTraits.Alone);
        Take(write);
        write.ThrowIfFailed();
        try
        {
            work(connection);
        }
        finally
        {
            GoOn();
            write.PassInterruptOn();
        }
    }

    /// <summary>Runs what was to happen after a commit.</summary>
    public void RunCommitted(IEnumerable<Action> actions)
    {
        foreach (var action in actions)
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                // The commit stands: its caller must not take it for failed, and whoever waits is to go on.
                _log.ErrorException("An action after a commit failed.", exception);
            }
        }
    }

    /// <summary>How many wait for their turn at this moment.</summary>
    public int CountWaiting() => _turns.Count;

    /// <summary>Ends after the turn that is under way; one that was forgotten is rolled back with the connection.</summary>
    public void Dispose()
    {
        var last = new Write(work: null, WriteTraits.OwnThread | WriteTraits.Alone);
        if (!_turns.Close(last))
        {
            return;
        }

        last.Wait(LongestWait);
        _transaction.Dispose();
        _turns.EndAll(() => new ObjectDisposedException(nameof(SQLiteStorage)));
    }

    private void RefuseWithinUnitOfWork()
    {
        if (_current.Value is { IsOpenHere: true })
        {
            throw new InvalidOperationException(
                "This thread has an open unit of work and would wait for itself for ever. Write through the unit of work " +
                "(its StorageConnection, Create, ContinueWith, ChangeState), or after it.");
        }
    }

    /// <summary>Returns when it is this write's turn, on this thread, or when it is over.</summary>
    private void Take(Write write)
    {
        if (!_turns.TakeOrWait(write) && !write.Wait(LongestWait))
        {
            Withdraw(write);
        }
    }

    /// <summary>Throws, unless the write is part of a commit already: then its end has to be awaited.</summary>
    private void Withdraw(Write write)
    {
        if (_turns.Withdraw(write))
        {
            write.PassInterruptOn();
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture,
                $"The storage could not be written for {LongestWait.TotalSeconds} s: another thread has had it all the time. " +
                $"Is a unit of work left open or waiting for something slow?"));
        }

        AwaitOutcome(write);
    }

    /// <summary>A write that is part of a commit ends with it, whatever it takes: nobody knows how before.</summary>
    private void AwaitOutcome(Write write)
    {
        while (!write.Wait(LongestWait))
        {
            _log.Error(string.Create(CultureInfo.InvariantCulture,
                $"A commit has waited for {LongestWait.TotalSeconds} s for a unit of work that shares it. Is it left open?"));
        }
    }

    /// <summary>Has the turn do one write; what comes of it is told to the write.</summary>
    private void RunHere(Write write)
    {
        // What calls the application's code is a unit of work to it.
        var scope = write.Is(WriteTraits.OwnThread) ? OpenScope() : null;
        try
        {
            write.Work!(_transaction.Enter(write, MustSync(write)));
            _transaction.Keep(write);
        }
        catch (Exception exception)
        {
            Undo(write, exception);
        }
        finally
        {
            if (scope is not null)
            {
                CloseScope(scope);
            }
        }
    }

    /// <summary>What need not be synced shares the commit of one that must.</summary>
    private bool MustSync(Write first) =>
        !first.Is(WriteTraits.Repeatable) || _turns.AnyWaiting(write => !write.Is(WriteTraits.Repeatable | WriteTraits.Alone));

    /// <summary>Ends the turn: runs what may share the transaction, commits, and passes the turn on.</summary>
    private void GoOn()
    {
        while ((NextInTransaction() ?? NextAfterYield()) is { } next)
        {
            if (next.Is(WriteTraits.OwnThread))
            {
                next.GiveTurn();
                return;
            }

            RunHere(next);
        }

        CommitAll();
    }

    /// <summary>
    /// Where commits are shared, others are about to come: those whom the last one released. Letting them run first costs microseconds and
    /// doubles what a commit takes in. A lone writer never waits for anybody.
    /// </summary>
    private Write? NextAfterYield()
    {
        if (!_othersExpected)
        {
            return null;
        }

        _othersExpected = false;
        Thread.Yield();
        return NextInTransaction();
    }

    private Write? NextInTransaction() => _transaction.Count is 0 or >= MostInOneCommit ? null : _turns.TakeFirst(_transaction.Admits);

    private void CommitAll()
    {
        if (_transaction.Count == 0)
        {
            _turns.PassOn();
            return;
        }

        try
        {
            _transaction.Commit();
        }
        catch (Exception exception)
        {
            RunAgain(_transaction.TakeKept(), exception);
            _turns.PassOn();
            return;
        }

        var committed = _transaction.TakeKept();
        _othersExpected = committed.Count > 1;
        foreach (var write in committed)
        {
            RunCommitted(write.Turn!.Effects);
        }

        _turns.PassOn();
        foreach (var write in committed)
        {
            write.End(null);
        }
    }

    private void Undo(Write write, Exception exception)
    {
        if (_transaction.Undo())
        {
            write.End(exception);
            return;
        }

        RunAgain([.. _transaction.TakeKept(), write], exception);
    }

    /// <summary>
    /// SQLite has rolled back all writes because of an error of the disk. Whoever shared the transaction is not to suffer for the others:
    /// each runs again, by itself. A unit of work cannot; its caller is told.
    /// </summary>
    private void RunAgain(List<Write> lost, Exception exception)
    {
        foreach (var write in lost.AsEnumerable().Reverse())
        {
            if (lost.Count == 1 || write.Is(WriteTraits.Alone))
            {
                write.End(exception);
            }
            else if (write.Work is null)
            {
                write.End(SharedFate(exception));
            }
            else
            {
                write.Turn?.End();
                write.WillRunAlone();
                _turns.PutFirst(write);
            }
        }
    }

    /// <summary>An exception of its own for each caller: threads must not throw the same one at once.</summary>
    private static Exception SharedFate(Exception exception) => exception is SqliteException sqlite
        ? new SqliteException(sqlite.Message, sqlite.SqliteErrorCode, sqlite.SqliteExtendedErrorCode)
        : new InvalidOperationException("SQLite has rolled the transaction back after an error.", exception);

    private void Finish(Write write)
    {
        write.Turn?.End();
        write.PassInterruptOn();
        write.ThrowIfFailed();
        RunCommitted(write.Turn!.Actions);
    }
}
