using Hangfire.Logging;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>
/// One open write transaction, with what is to happen in memory once it is durable. Disposed without <see cref="Commit"/>, nothing
/// has happened.
/// </summary>
internal sealed class WriteTurn : IDisposable
{
    private readonly Statements _statements;
    private readonly SqliteTransaction _transaction;
    private readonly Action _end;
    private readonly ILog _log;
    private readonly List<Action> _effects = [];
    private readonly List<Action> _actions = [];
    private readonly List<IDisposable> _locks = [];

    public WriteTurn(Statements statements, Action end, ILog log)
    {
        _statements = statements;
        _end = end;
        _log = log;
        // Immediate, so that the write lock is had now or never; busy_timeout covers a stranger's write.
        _statements.Transaction = _transaction = statements.Connection.BeginTransaction();
    }

    public int ThreadId { get; } = Environment.CurrentManagedThreadId;

    public bool HasEnded { get; private set; }

    /// <summary>The statements of the open transaction.</summary>
    public Statements Sql
    {
        get
        {
            ThrowIfEnded();
            return _statements;
        }
    }

    public SqliteTransaction Transaction
    {
        get
        {
            ThrowIfEnded();
            return _transaction;
        }
    }

    /// <summary>
    /// Has the storage's memory follow the file: runs after the commit and before anybody else writes, so in the order of commits.
    /// Must be quick and must not throw.
    /// </summary>
    public void AfterCommit(Action effect) => _effects.Add(effect);

    /// <summary>Runs when all is over and the next writer goes on; an exception in it is logged.</summary>
    public void OnCommitted(Action action) => _actions.Add(action);

    /// <summary>Holds a lock until the turn has ended, either way: until then nobody may see what it protects.</summary>
    public void HoldUntilEnd(IDisposable held) => _locks.Add(held);

    /// <summary>Runs a part that succeeds or leaves no trace, while the turn goes on.</summary>
    public void Nested(Action<WriteTurn> part)
    {
        var (effects, actions) = (_effects.Count, _actions.Count);
        Sql.Execute("savepoint part");
        try
        {
            part(this);
            Sql.Execute("release part");
        }
        catch
        {
            _effects.RemoveRange(effects, _effects.Count - effects);
            _actions.RemoveRange(actions, _actions.Count - actions);
            // A full disk or an I/O error has rolled back everything already; the exception says so.
            if (raw.sqlite3_get_autocommit(_statements.Connection.Handle!) == 0)
            {
                Sql.Execute("rollback to part; release part");
            }

            throw;
        }
    }

    public void Commit()
    {
        ThrowIfEnded();
        _transaction.Commit();
        foreach (var effect in _effects)
        {
            effect();
        }

        End();
        foreach (var action in _actions)
        {
            Run(action);
        }
    }

    public void Dispose()
    {
        if (!HasEnded)
        {
            End();
        }
    }

    private void End()
    {
        HasEnded = true;
        try
        {
            _transaction.Dispose();
        }
        finally
        {
            _statements.Transaction = null;
            _end();
            foreach (var held in _locks)
            {
                held.Dispose();
            }
        }
    }

    private void Run(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            // The commit stands: its caller must not take it for failed.
            _log.ErrorException("An action after a commit failed.", exception);
        }
    }

    private void ThrowIfEnded()
    {
        if (HasEnded)
        {
            throw new InvalidOperationException("The unit of work has ended.");
        }
    }
}
