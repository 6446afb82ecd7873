using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Sessions;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// One open write transaction: rows of the application, new background jobs and state changes are committed together or not at all.
/// While it is open nobody else writes, so it must be short, stay on its thread, and wait for nothing outside.
/// </summary>
/// <remarks>
/// It never waits for the lock of a job, whose holder may be waiting to write. Where a member needs the lock of a job that is being changed
/// elsewhere at this moment, it throws <see cref="DistributedLockTimeoutException"/>; the caller disposes of the unit of work and begins
/// again. Jobs named to <see cref="SQLiteStorage.BeginUnitOfWork"/> are locked beforehand, jobs it has created itself are nobody else's,
/// and in a command of <see cref="SQLiteStorageTransaction.Enlist"/> the repetition happens by itself. Locks are kept until the end.
/// </remarks>
public sealed class SQLiteUnitOfWork : IDisposable
{
    private readonly SQLiteStorage _storage;
    private readonly WriteTurn _turn;
    private readonly bool _ownsTurn;

    private SQLiteUnitOfWork(SQLiteStorage storage, WriteTurn turn, object lockOwner, bool ownsTurn)
    {
        _storage = storage;
        _turn = turn;
        _ownsTurn = ownsTurn;
        StorageConnection = new SQLiteStorageConnection(storage, new UnitOfWorkSession(storage, turn, lockOwner));
    }

    /// <summary>The connection to SQLite; use it only with <see cref="Transaction"/>, and only until the end.</summary>
    public SqliteConnection Connection => _turn.Sql.Connection;

    /// <summary>The open transaction. Never commit it yourself.</summary>
    public SqliteTransaction Transaction => _turn.Transaction;

    /// <summary>
    /// Hangfire's view of the same transaction, for whatever has no member here: it reads what was written here already, and the
    /// transactions it creates are parts of this one. It cannot fetch jobs.
    /// </summary>
    public JobStorageConnection StorageConnection { get; }

    /// <summary>Creates a background job in <paramref name="state"/>, by way of all client and state filters, and returns its id.</summary>
    /// <exception cref="InvalidOperationException">A client filter has canceled the creation.</exception>
    public string Create(Job job, IState state)
    {
        var created = _storage.JobFactory.Create(new CreateContext(_storage, StorageConnection, job, state));
        return created?.Id ?? throw new InvalidOperationException($"A filter has canceled the creation of '{job}'.");
    }

    /// <summary>
    /// Creates a background job that starts, in <paramref name="nextState"/> (default: enqueued), when its parent has succeeded, and that
    /// is deleted when its parent is. A parent that has succeeded already starts it at once.
    /// </summary>
    /// <exception cref="DistributedLockTimeoutException">The parent is being changed elsewhere; see the remarks of this type.</exception>
    public string ContinueWith(string parentId, Job job, IState? nextState = null) =>
        Create(job, new AwaitingState(parentId, nextState ?? new EnqueuedState(), JobContinuationOptions.OnlyOnSucceededState));

    /// <summary>
    /// Moves a background job, by way of all state filters. False when there is no such job or it is in none of
    /// <paramref name="expectedStates"/> (none given: any state will do).
    /// </summary>
    /// <exception cref="DistributedLockTimeoutException">The job is being changed elsewhere; see the remarks of this type.</exception>
    public bool ChangeState(string jobId, IState state, params string[] expectedStates) =>
        _storage.StateChanger.ChangeState(new StateChangeContext(
            _storage, StorageConnection, jobId, state, expectedStates.Length == 0 ? null : expectedStates)) is not null;

    /// <summary>Runs after the commit, on the committing thread, when others write again; never after a rollback.</summary>
    /// <remarks>An exception in it is logged and goes no further, for the commit stands.</remarks>
    public void OnCommitted(Action action) => _turn.OnCommitted(action);

    /// <summary>Commits everything durably.</summary>
    /// <exception cref="InvalidOperationException">It is part of a transaction of Hangfire, which commits it.</exception>
    public void Commit()
    {
        if (!_ownsTurn)
        {
            throw new InvalidOperationException("An enlisted command is committed with the transaction it is part of.");
        }

        _storage.Writer.Commit(_turn);
    }

    /// <summary>Rolls back what was not committed.</summary>
    public void Dispose()
    {
        if (_ownsTurn && !_turn.HasEnded)
        {
            _storage.Writer.Abandon(_turn);
        }
    }

    internal static SQLiteUnitOfWork Over(SQLiteStorage storage, WriteTurn turn, object lockOwner) =>
        new(storage, turn, lockOwner, ownsTurn: true);

    internal static SQLiteUnitOfWork PartOf(SQLiteStorage storage, WriteTurn turn, object lockOwner) =>
        new(storage, turn, lockOwner, ownsTurn: false);
}
