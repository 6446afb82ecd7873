using Microsoft.Data.Sqlite;
using SQLitePCL;
using VideoExpress.Storage.SQLite.Data;

namespace VideoExpress.Storage.SQLite.Writer;

/// <summary>
/// The writer's SQLite transaction, one after the other, and the writes that are in it. The first write has it to itself; each further
/// one has a savepoint, so that it fails by itself.
/// </summary>
internal sealed class SharedTransaction : IDisposable
{
    private readonly WriterConnection _connection;
    private List<Write> _kept = [];
    private SqliteTransaction? _current;
    private bool _synced = true;
    private bool _commits;
    private bool _disposed;

    public SharedTransaction(WriterConnection connection)
    {
        _connection = connection;
        Sql = new Statements(connection);
        // An application that commits by itself would commit for the others, who would then run again; SQLite rolls back instead.
        raw.sqlite3_commit_hook(connection.Handle, _ => _commits ? 0 : 1, null);
    }

    public Statements Sql { get; }

    public SqliteTransaction Current => _current!;

    /// <summary>How many writes wait in it for the commit.</summary>
    public int Count => _kept.Count;

    /// <summary>Whether <paramref name="write"/> may become part of what is open.</summary>
    public bool Admits(Write write) =>
        !_kept[0].Is(WriteTraits.Alone) && !write.Is(WriteTraits.Alone) && (_synced || write.Is(WriteTraits.Repeatable));

    /// <summary>Begins the turn of a write.</summary>
    /// <param name="write">The write.</param>
    /// <param name="synced">Whether the commit is to wait for the disk; of no effect when the transaction is open already.</param>
    public WriteTurn Enter(Write write, bool synced)
    {
        if (_kept.Count > 0)
        {
            Sql.Execute("savepoint turn");
        }
        else
        {
            SetSynced(synced);
            // Immediate, so that the write lock is had now or never; busy_timeout covers a stranger's write.
            _current = _connection.BeginTransaction();
        }

        return write.Turn = new WriteTurn(this, write);
    }

    /// <summary>The write has done its work and waits for the commit.</summary>
    public void Keep(Write write)
    {
        _connection.ReleaseCommands();
        ThrowIfRolledBack();
        if (write.Turn!.IsBroken)
        {
            throw new InvalidOperationException("A part of the unit of work has failed; it can only be rolled back.");
        }

        Sql.CheckDeferredConstraints();

        if (_kept.Count > 0)
        {
            Sql.Execute("release turn");
        }

        _kept.Add(write);
    }

    /// <summary>Rolls back the turn that is under way. False when that took the others with it.</summary>
    public bool Undo()
    {
        _connection.ReleaseCommands();
        if (_kept.Count > 0 && IsIntact())
        {
            try
            {
                Sql.Execute("rollback to turn");
                Sql.Execute("release turn");
                return true;
            }
            catch (SqliteException)
            {
                // Then the others cannot be kept either.
            }
        }

        Close();
        return _kept.Count == 0;
    }

    /// <summary>Commits, or rolls back and throws.</summary>
    public void Commit()
    {
        try
        {
            _commits = true;
            Current.Commit();
        }
        finally
        {
            _commits = false;
            Close();
        }
    }

    /// <summary>The writes of the transaction that has ended, in their order.</summary>
    public List<Write> TakeKept()
    {
        var kept = _kept;
        _kept = [];
        return kept;
    }

    /// <summary>A full disk or an I/O error makes SQLite roll back at once; the application may have swallowed its exception.</summary>
    public void ThrowIfRolledBack()
    {
        if (!IsIntact())
        {
            throw new InvalidOperationException("SQLite has rolled the transaction back after an error.");
        }
    }

    public void Dispose()
    {
        _disposed = true;
        Close();
        Sql.Dispose();
        _connection.End();
    }

    private bool IsIntact() => !_disposed && Sql.InTransaction;

    private void Close()
    {
        try
        {
            _current?.Dispose();
        }
        catch (SqliteException)
        {
            // There is nothing left to roll back; were the turn not passed on, nobody could write any more.
        }

        _current = null;
    }

    /// <summary>With a write-ahead log, NORMAL differs from FULL in the sync of each commit only; the next synced commit syncs those before.</summary>
    private void SetSynced(bool synced)
    {
        if (synced != _synced)
        {
            Sql.ExecuteOnce(synced ? "pragma synchronous = full" : "pragma synchronous = normal");
            _synced = synced;
        }
    }
}
