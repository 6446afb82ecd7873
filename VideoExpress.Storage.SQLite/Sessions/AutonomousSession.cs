using Hangfire.Storage;
using VideoExpress.Storage.SQLite.Data;
using VideoExpress.Storage.SQLite.Writer;

namespace VideoExpress.Storage.SQLite.Sessions;

/// <summary>An ordinary connection: each operation is a transaction of its own. Holding one costs nothing but its locks.</summary>
internal sealed class AutonomousSession(SQLiteStorage storage) : Session
{
    private readonly HashSet<Held> _held = [];

    public override object Owner => this;

    public override T Read<T>(Func<Statements, T> query) => storage.Pool.Read(query);

    public override void Write(IReadOnlyList<ICommand> commands, WriteTraits traits) =>
        storage.Writer.Run(turn => turn.Execute(commands), traits);

    public override T Write<T>(Func<WriteTurn, T> work, WriteTraits traits) => storage.Writer.Run(work, traits);

    public override IDisposable Lock(string resource, TimeSpan timeout)
    {
        if (!storage.Locks.TryAcquire(Owner, resource, timeout))
        {
            throw new DistributedLockTimeoutException(resource);
        }

        var held = new Held(this, new SQLiteDistributedLock(storage.Locks, Owner, resource));
        lock (_held)
        {
            _held.Add(held);
        }

        return held;
    }

    public override SQLiteFetchedJob Fetch(string[] queues, CancellationToken cancellationToken) =>
        new(storage, storage.Queues.Take(queues, cancellationToken));

    public override void Dispose()
    {
        Held[] left;
        lock (_held)
        {
            left = [.. _held];
        }

        foreach (var held in left)
        {
            held.Dispose();
        }
    }

    private sealed class Held(AutonomousSession session, SQLiteDistributedLock inner) : IDisposable
    {
        public void Dispose()
        {
            inner.Dispose();
            lock (session._held)
            {
                session._held.Remove(this);
            }
        }
    }
}
