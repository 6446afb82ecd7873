using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>The writing half of a scrub: orphans go, and rows say what is wrong with their files.</summary>
internal sealed class ScrubRepair(SQLiteStorage storage, JobTransitions transitions, IObjectStore store, StoreIdentity identity, TimeProvider time)
{
    /// <summary>Mends what was found; the marks in one transaction.</summary>
    /// <exception cref="StoreException">It is not the database's store, and nothing was mended; or an orphan could not be deleted.</exception>
    public async Task RunAsync(ScrubFindings findings, CancellationToken cancellationToken)
    {
        await identity.RequireAsync(cancellationToken);
        foreach (var orphan in findings.Orphans)
        {
            await DeleteAsync(orphan.Key, cancellationToken);
        }

        using var unitOfWork = storage.BeginUnitOfWork();
        foreach (var (file, fault) in findings.Damaged.Where(found => !found.File.IsThumbnail))
        {
            Mark(unitOfWork, file, fault);
        }

        foreach (var file in findings.Healed.Where(file => !file.IsThumbnail))
        {
            Mark(unitOfWork, file, fault: null);
        }

        // Last, when the sources' marks are true: where they are gone as well, the whole store may be away and come back.
        foreach (var (file, _) in findings.Damaged.Where(found => found.File.IsThumbnail))
        {
            ((Db)unitOfWork).DropThumbnail(file.OwnerId, time.NowMicros());
        }

        unitOfWork.Commit();
    }

    private async Task DeleteAsync(StoreKey key, CancellationToken cancellationToken)
    {
        // Since it was listed, a restored or retried job may have come to want it.
        if (!storage.Read(connection => ((Db)connection).IsWanted(key)))
        {
            await store.DeleteAsync(key, cancellationToken);
        }
    }

    private void Mark(SQLiteUnitOfWork unitOfWork, KnownFile file, FileFault? fault)
    {
        if (file.IsAsset)
        {
            ((Db)unitOfWork).MarkAsset(file.OwnerId, fault, time.NowMicros());
        }
        else
        {
            transitions.MarkFile(unitOfWork, file.OwnerId, StoreKey.Parse(file.Key), fault);
        }
    }
}
