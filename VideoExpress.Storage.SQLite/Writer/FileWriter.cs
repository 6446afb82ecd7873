using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Hangfire.Logging;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>
/// The one place where the file is written. SQLite has one writer at a time, so there is one connection for it and callers take turns;
/// each turn is one <c>BEGIN IMMEDIATE … COMMIT</c>, run on the caller's thread.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no handle, and others may be waiting for it.")]
internal sealed class FileWriter(SqliteConnection connection) : IDisposable
{
    /// <summary>Far longer than any turn takes; what waits longer waits for a unit of work that somebody forgot to dispose of.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turns = new(1, 1);
    private readonly AsyncLocal<WriteTurn?> _current = new();
    private readonly Statements _statements = new(connection);
    private readonly ILog _log = LogProvider.GetLogger(typeof(SQLiteStorage));
    private volatile bool _disposed;

    /// <summary>Waits for the turn and begins a transaction.</summary>
    public WriteTurn Begin()
    {
        TakeTurn();
        try
        {
            var turn = new WriteTurn(_statements, EndTurn, _log);
            _current.Value = turn;
            return turn;
        }
        catch
        {
            _turns.Release();
            throw;
        }
    }

    public T Run<T>(Func<WriteTurn, T> work)
    {
        using var turn = Begin();
        var result = work(turn);
        turn.Commit();
        return result;
    }

    /// <summary>Runs what cannot run inside a transaction, such as a checkpoint, while nobody writes.</summary>
    public void RunAlone(Action<SqliteConnection> work)
    {
        TakeTurn();
        try
        {
            work(connection);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose()
    {
        // A turn that is under way ends first; one that was forgotten is rolled back with the connection.
        _turns.Wait(LongestWait);
        _disposed = true;
        _statements.Dispose();
        // Whoever waits is to find out, so the turn is passed on for ever.
        _turns.Release();
    }

    private void TakeTurn()
    {
        if (_current.Value is { HasEnded: false } own && own.ThreadId == Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException(
                "This thread has an open unit of work and would wait for itself for ever. Write through the unit of work " +
                "(its StorageConnection, Create, ContinueWith, ChangeState), or after it.");
        }

        if (!_turns.Wait(LongestWait))
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture,
                $"The storage could not be written for {LongestWait.TotalSeconds} s: another thread has had it all the time. " +
                $"Is a unit of work left open or waiting for something slow?"));
        }

        if (!_disposed)
        {
            return;
        }

        _turns.Release();
        throw new ObjectDisposedException(nameof(SQLiteStorage));
    }

    private void EndTurn()
    {
        _current.Value = null;
        _turns.Release();
    }
}
