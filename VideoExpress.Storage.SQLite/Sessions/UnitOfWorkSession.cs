using Hangfire.Storage;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite.Sessions;

/// <summary>
/// A connection inside an open unit of work. It never waits for a lock, because its holder may be waiting for the writer's turn that this
/// unit of work has; and what it has locked stays so until the end, because until then nobody may see what it did.
/// </summary>
internal sealed class UnitOfWorkSession(SQLiteStorage storage, WriteTurn turn, object owner) : Session
{
    public override object Owner => owner;

    public override T Read<T>(Func<Statements, T> query) => query(turn.Sql);

    public override T Write<T>(Func<WriteTurn, T> work, WriteTraits traits)
    {
        var result = default(T)!;
        if ((traits & WriteTraits.OwnThread) != 0)
        {
            turn.Nested(part => result = work(part));
        }
        else
        {
            turn.Sound(part => result = work(part));
        }

        return result;
    }

    public override IDisposable Lock(string resource, TimeSpan timeout)
    {
        if (!storage.Locks.TryAcquire(owner, resource, TimeSpan.Zero))
        {
            throw new DistributedLockTimeoutException(resource);
        }

        turn.HoldUntilEnd(new SQLiteDistributedLock(storage.Locks, owner, resource));
        return Kept.UntilTheEnd;
    }

    public override SQLiteFetchedJob Fetch(string[] queues, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A unit of work does not wait, so it cannot fetch jobs.");

    public override void Dispose()
    {
        // The unit of work releases its locks.
    }

    private sealed class Kept : IDisposable
    {
        public static readonly Kept UntilTheEnd = new();

        public void Dispose()
        {
        }
    }
}
