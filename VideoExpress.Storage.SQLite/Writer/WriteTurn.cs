using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>One run of a write in an open transaction, with what is to happen in memory once it is committed.</summary>
internal sealed class WriteTurn(SharedTransaction transaction, Write write)
{
    private readonly List<Action> _effects = [];
    private readonly List<Action> _actions = [];
    private readonly List<IDisposable> _locks = [];

    public Write Write { get; } = write;

    public bool HasEnded { get; private set; }

    /// <summary>Whether a part of it has failed half done.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>What <see cref="AfterCommit"/> was given.</summary>
    public IReadOnlyList<Action> Effects => _effects;

    /// <summary>What <see cref="OnCommitted"/> was given.</summary>
    public IReadOnlyList<Action> Actions => _actions;

    /// <summary>The statements of the open transaction.</summary>
    public Statements Sql
    {
        get
        {
            ThrowIfEnded();
            return transaction.Sql;
        }
    }

    /// <summary>The open transaction, for commands of the driver.</summary>
    public SqliteTransaction Transaction
    {
        get
        {
            ThrowIfEnded();
            return transaction.Current;
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

    /// <summary>Runs a part that fails only if the disk or SQLite does; the turn cannot be committed then, whoever catches the exception.</summary>
    public void Sound(Action<WriteTurn> part)
    {
        try
        {
            part(this);
        }
        catch
        {
            IsBroken = true;
            throw;
        }
    }

    /// <summary>Runs a part of the application, which may well fail: it succeeds or leaves no trace, and the turn goes on.</summary>
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
            if (transaction.Sql.InTransaction)
            {
                Sql.Execute("rollback to part");
                Sql.Execute("release part");
            }

            throw;
        }
    }

    public void Execute(IReadOnlyList<ICommand> commands)
    {
        foreach (var command in commands)
        {
            command.Execute(this);
        }
    }

    /// <summary>Called by its own thread once the outcome is known.</summary>
    public void End()
    {
        HasEnded = true;
        foreach (var held in _locks)
        {
            held.Dispose();
        }
    }

    private void ThrowIfEnded()
    {
        if (HasEnded)
        {
            throw new InvalidOperationException("The unit of work has ended.");
        }

        transaction.ThrowIfRolledBack();
    }
}
