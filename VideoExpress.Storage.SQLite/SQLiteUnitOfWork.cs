using Hangfire.Common;
using Hangfire.States;
using Microsoft.Data.Sqlite;

namespace VideoExpress.Storage.SQLite;

/// <summary>
/// One open write transaction: rows of the application, new background jobs and state changes are committed together or not at all.
/// </summary>
public sealed class SQLiteUnitOfWork : IDisposable
{
    private readonly Action _release;
    private readonly List<Action> _committed = [];

    internal SQLiteUnitOfWork(SqliteConnection connection, Action release)
    {
        Connection = connection;
        Transaction = connection.BeginTransaction();
        _release = release;
    }

    /// <summary>The connection; use it only with <see cref="Transaction"/>.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>The open transaction. Never commit it yourself.</summary>
    public SqliteTransaction Transaction { get; }

    /// <summary>Creates a background job in <paramref name="state"/> and returns its id.</summary>
    public string Create(Job job, IState state) => throw new NotImplementedException();

    /// <summary>Creates a background job that starts, in <paramref name="nextState"/> (default: enqueued), when its parent succeeded.</summary>
    public string ContinueWith(string parentId, Job job, IState? nextState = null) => throw new NotImplementedException();

    /// <summary>Moves a background job; false when it is not in one of <paramref name="expectedStates"/> (none given: any).</summary>
    public bool ChangeState(string jobId, IState state, params string[] expectedStates) => throw new NotImplementedException();

    /// <summary>Runs after the commit succeeded, on the committing thread; never after a rollback.</summary>
    public void OnCommitted(Action action) => _committed.Add(action);

    /// <summary>Commits everything durably.</summary>
    public void Commit()
    {
        Transaction.Commit();
        _committed.ForEach(action => action());
    }

    /// <summary>Rolls back what was not committed.</summary>
    public void Dispose()
    {
        Transaction.Dispose();
        Connection.Dispose();
        _release();
    }
}
