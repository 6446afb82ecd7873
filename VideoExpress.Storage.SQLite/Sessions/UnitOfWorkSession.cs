using Hangfire.Storage;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite.Sessions;

/// <summary>
/// A connection inside a unit of work. The transaction begins when something asks for it: until then what is written is collected, so that
/// others may write meanwhile, and one who commits anyway may write it along. It never waits for a lock, because its holder may be waiting
/// for the writer's turn that this unit of work has; and what it has locked stays so until the end, because until then nobody may see what
/// it did.
/// </summary>
internal sealed class UnitOfWorkSession : Session
{
    private readonly SQLiteStorage _storage;
    private readonly WriterScope? _scope;
    private readonly PendingCommands _pending = new();
    private readonly List<IDisposable> _locks = [];
    private readonly List<Action> _actions = [];
    private WriteTurn? _turn;
    private bool _hasEnded;

    /// <summary>A unit of work of its own, which has <paramref name="locks"/> and releases them at its end.</summary>
    public UnitOfWorkSession(SQLiteStorage storage, AutonomousSession locks)
    {
        _storage = storage;
        Owner = locks.Owner;
        _scope = storage.Writer.OpenScope();
        _locks.Add(locks);
    }

    /// <summary>Part of a turn, which somebody else commits.</summary>
    public UnitOfWorkSession(SQLiteStorage storage, WriteTurn turn, object owner)
    {
        _storage = storage;
        _turn = turn;
        Owner = owner;
    }

    public override object Owner { get; }

    /// <summary>Whether it is committed by itself.</summary>
    public bool IsWhole => _scope is not null;

    /// <summary>The open transaction.</summary>
    public WriteTurn Turn
    {
        get
        {
            ThrowIfEnded();
            return _turn ?? Begin();
        }
    }

    public override T Read<T>(Func<Statements, T> query) => query(Turn.Sql);

    public override (bool Exists, string? State) StateOf(long job)
    {
        ThrowIfEnded();
        return _turn is null && _pending.TryGetState(job, out var state) ? (true, state) : base.StateOf(job);
    }

    public override void Write(IReadOnlyList<ICommand> commands, WriteTraits traits)
    {
        ThrowIfEnded();
        if (_turn is not null)
        {
            _turn.Sound(turn => turn.Execute(commands));
        }
        else
        {
            _pending.Add(commands);
        }
    }

    public void Execute(ApplicationStatement statement)
    {
        ThrowIfEnded();
        if (_turn is null)
        {
            _pending.Add(statement);
        }
        else
        {
            statement.Execute(_turn);
        }
    }

    public override T Write<T>(Func<WriteTurn, T> work, WriteTraits traits)
    {
        var result = default(T)!;
        Turn.Nested(part => result = work(part));
        return result;
    }

    public override IDisposable Lock(string resource, TimeSpan timeout)
    {
        ThrowIfEnded();
        if (!_storage.Locks.TryAcquire(Owner, resource, TimeSpan.Zero))
        {
            throw new DistributedLockTimeoutException(resource);
        }

        var held = new SQLiteDistributedLock(_storage.Locks, Owner, resource);
        if (_turn is null)
        {
            _locks.Add(held);
        }
        else
        {
            _turn.HoldUntilEnd(held);
        }

        return Kept.UntilTheEnd;
    }

    public override SQLiteFetchedJob Fetch(string[] queues, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A unit of work does not wait, so it cannot fetch jobs.");

    public void OnCommitted(Action action)
    {
        ThrowIfEnded();
        if (_turn is null)
        {
            _actions.Add(action);
        }
        else
        {
            _turn.OnCommitted(action);
        }
    }

    public void Commit()
    {
        ThrowIfEnded();
        _hasEnded = true;
        if (_turn is not null)
        {
            _storage.Writer.Commit(_turn, _scope!);
            return;
        }

        _storage.Writer.CloseScope(_scope!);
        try
        {
            if (_pending.Count > 0)
            {
                _storage.Writer.Run(_pending.Execute);
            }
        }
        finally
        {
            Release();
        }

        _storage.Writer.RunCommitted(_actions);
    }

    /// <summary>Rolls back, unless it has ended.</summary>
    public void Abandon()
    {
        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        if (_turn is not null)
        {
            _storage.Writer.Abandon(_turn, _scope!);
            return;
        }

        _storage.Writer.CloseScope(_scope!);
        Release();
    }

    public override void Dispose()
    {
        // The unit of work ends by itself.
    }

    private WriteTurn Begin()
    {
        _turn = _storage.Writer.Begin();
        _locks.ForEach(_turn.HoldUntilEnd);
        _actions.ForEach(_turn.OnCommitted);
        _turn.Sound(_pending.Execute);
        return _turn;
    }

    private void Release() => _locks.ForEach(held => held.Dispose());

    private void ThrowIfEnded()
    {
        // What is part of somebody else's turn ends with that.
        if (_hasEnded || _turn is { HasEnded: true })
        {
            throw new InvalidOperationException("The unit of work has ended.");
        }
    }

    private sealed class Kept : IDisposable
    {
        public static readonly Kept UntilTheEnd = new();

        public void Dispose()
        {
        }
    }
}
