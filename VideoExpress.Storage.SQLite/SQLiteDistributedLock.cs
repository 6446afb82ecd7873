using VideoExpress.Storage.SQLite.Locks;

namespace VideoExpress.Storage.SQLite;

/// <summary>A lock that is held; disposed of, it is released, once.</summary>
internal sealed class SQLiteDistributedLock(LockTable table, object owner, string resource) : IDisposable
{
    private int _released;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            table.Release(owner, resource);
        }
    }
}
