using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Assets;

/// <summary>Where assets are asked for and given up.</summary>
public sealed class AssetDesk(SQLiteStorage storage, TimeProvider time)
{
    private const int MaxUsers = 20;

    /// <summary>An asset, also one in the trash; null when there is none of that id.</summary>
    public Asset? Find(Guid assetId) => storage.Read(connection => ((Db)connection).FindAsset(assetId));

    /// <summary>The newest assets first: those that are kept, or those in the trash.</summary>
    public IReadOnlyList<Asset> List(int limit, bool trash = false) => storage.Read(connection => ((Db)connection).ListAssets(limit, trash));

    /// <summary>Puts an asset into the trash, unless a job that is kept uses it. One that is there already stays as it is.</summary>
    /// <returns>The asset as it stands afterwards, and jobs that keep it, 20 at most; null when there is none of that id.</returns>
    public (Asset Asset, IReadOnlyList<Guid> UsedBy)? Delete(Guid assetId)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        Db db = unitOfWork;
        if (db.FindAsset(assetId) is not { } asset)
        {
            return null;
        }

        var usedBy = asset.Trash is null ? db.KeptUsersOf(assetId, MaxUsers) : [];
        if (usedBy.Count == 0 && db.TrashAsset(assetId, TrashReason.Deleted, time.NowMicros()))
        {
            asset = db.FindAsset(assetId)!;
            unitOfWork.Commit();
        }

        return (asset, usedBy);
    }

    /// <summary>Takes an asset out of the trash. One whose files are going or gone stays as it is.</summary>
    /// <returns>The asset as it stands afterwards; null when there is none of that id.</returns>
    public Asset? Restore(Guid assetId)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        Db db = unitOfWork;
        db.RestoreAsset(assetId, time.NowMicros());
        var asset = db.FindAsset(assetId);
        unitOfWork.Commit();
        return asset;
    }
}
