using Hangfire.Storage;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>
/// Removes the files of what has been in the trash long enough: first the row says that there is no way back, then the files go, then the row
/// says that they are gone. Stopped in between, the next pass goes on.
/// </summary>
internal sealed class Removal(SQLiteStorage storage, JobTransitions transitions, IObjectStore store, StoreIdentity identity, TimeProvider time)
{
    /// <summary>Asked before anything is removed, while all of it can still be restored.</summary>
    /// <exception cref="StoreException">The store is another than the database's, or failed.</exception>
    public Task RequireStoreAsync(CancellationToken cancellationToken) => identity.RequireAsync(cancellationToken);

    /// <summary>Removes one thing; false when it was restored meanwhile, or is being changed.</summary>
    /// <exception cref="StoreException">The store failed, or is another than the database's; some files may be gone.</exception>
    public async Task<bool> RemoveAsync(TrashedHolding item, DateTimeOffset trashedBefore, CancellationToken cancellationToken)
    {
        if (item.Trash.State == TrashState.Trashed && !Write(unitOfWork => Begin(unitOfWork, item, trashedBefore)))
        {
            return false;
        }

        string[] prefixes = item.IsAsset ? [$"assets/{item.Id:D}/"] : [$"jobs/{item.Id:D}/", $"inbox/{item.Id:D}/"];
        foreach (var prefix in prefixes)
        {
            await DeleteBelowAsync(prefix, cancellationToken);
        }

        return Write(unitOfWork => End(unitOfWork, item));
    }

    /// <summary>Deletes all objects below <paramref name="prefix"/>.</summary>
    /// <returns>How many bytes they had.</returns>
    /// <exception cref="StoreException">The store failed, or is another than the database's.</exception>
    public async Task<long> DeleteBelowAsync(string prefix, CancellationToken cancellationToken)
    {
        long bytes = 0;
        foreach (var found in await store.ListAsync(prefix, cancellationToken).ToListAsync(cancellationToken))
        {
            await store.DeleteAsync(found.Key, cancellationToken);
            bytes += found.Length;
        }

        // Afterwards: a disk that has gone meanwhile listed nothing, and that is not what the row shall say.
        await identity.RequireAsync(cancellationToken);
        return bytes;
    }

    private bool Begin(SQLiteUnitOfWork unitOfWork, TrashedHolding item, DateTimeOffset trashedBefore) => item.IsAsset
        ? ((Db)unitOfWork).BeginAssetRemoval(item.Id, trashedBefore, time.NowMicros())
        : transitions.BeginRemoval(unitOfWork, item.Id, trashedBefore);

    private bool End(SQLiteUnitOfWork unitOfWork, TrashedHolding item) => item.IsAsset
        ? ((Db)unitOfWork).EndAssetRemoval(item.Id, time.NowMicros())
        : transitions.EndRemoval(unitOfWork, item.Id);

    private bool Write(Func<SQLiteUnitOfWork, bool> change)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        try
        {
            var changed = change(unitOfWork);
            unitOfWork.Commit();
            return changed;
        }
        catch (DistributedLockTimeoutException)
        {
            return false; // somebody is pressing buttons of it in the dashboard: the next pass looks again
        }
    }
}
