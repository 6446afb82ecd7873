using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Sessions;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// One write transaction: rows of the application, new background jobs and state changes are committed together or not at all. From the
/// first use of <see cref="Connection"/>, or the first read, until its end nobody else writes, so it must be short, stay on its thread, and
/// wait for nothing outside. One that only creates jobs is written as a whole when it is committed.
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
    private readonly UnitOfWorkSession _session;

    internal SQLiteUnitOfWork(SQLiteStorage storage, UnitOfWorkSession session)
    {
        _storage = storage;
        _session = session;
        StorageConnection = new SQLiteStorageConnection(storage, session);
        Client = new UnitOfWorkClient(storage, this);
    }

    /// <summary>
    /// Hangfire's client, whose jobs and changes of state are part of the unit of work: <c>Enqueue</c>, <c>Schedule</c>,
    /// <c>ContinueJobWith</c> and the others mean what they always mean.
    /// </summary>
    public IBackgroundJobClientV2 Client { get; }

    /// <summary>The connection to SQLite; use it only with <see cref="Transaction"/>, and only until the end. Closing it does nothing.</summary>
    public SqliteConnection Connection => _session.Turn.Sql.Connection;

    /// <summary>The open transaction. Never commit it yourself.</summary>
    public SqliteTransaction Transaction => _session.Turn.Transaction;

    /// <summary>
    /// Hangfire's view of the same transaction, for whatever has no member here: it reads what was written here already, and the
    /// transactions it creates are parts of this one. It cannot fetch jobs.
    /// </summary>
    public JobStorageConnection StorageConnection { get; }

    /// <summary>
    /// Runs one statement on the application's tables. It is prepared once and kept, and unless <see cref="Connection"/> or a read has begun
    /// the transaction already, it waits for <see cref="Commit"/>, so that others may write meanwhile.
    /// </summary>
    /// <param name="sql">One statement. Give its values by parameters, never in its text, which is kept.</param>
    /// <param name="values">
    /// Integers, floating-point numbers, texts, booleans (as 0 and 1) and nulls, in the order in which the parameters first appear.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A value is of another type, or, here or where the statement is run, there are not as many as there are parameters.
    /// </exception>
    /// <exception cref="SqliteException">The statement failed: thrown here or, where it waited, when it is run; nothing of it remains.</exception>
    public void Execute(string sql, params ReadOnlySpan<object?> values)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        var bound = new SqlValue[values.Length];
        for (var index = 0; index < bound.Length; index++)
        {
            bound[index] = SqlValue.From(values[index]);
        }

        _session.Execute(new ApplicationStatement(sql, bound));
    }

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
    public void OnCommitted(Action action) => _session.OnCommitted(action);

    /// <summary>Commits everything durably.</summary>
    /// <exception cref="InvalidOperationException">It is part of a transaction of Hangfire, which commits it.</exception>
    public void Commit()
    {
        if (!_session.IsWhole)
        {
            throw new InvalidOperationException("An enlisted command is committed with the transaction it is part of.");
        }

        _session.Commit();
    }

    /// <summary>Rolls back what was not committed.</summary>
    public void Dispose()
    {
        if (_session.IsWhole)
        {
            _session.Abandon();
        }
    }
}
