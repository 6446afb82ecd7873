using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Assets;

/// <summary>Where assets are asked for, given up and taken back.</summary>
public sealed class AssetDesk(SQLiteStorage storage, TimeProvider time)
{
    /// <summary>An asset, also one in the trash; null when there is none of that id.</summary>
    public Asset? Find(Guid assetId) => storage.Read(connection => ((Db)connection).FindAsset(assetId));

    /// <summary>The newest assets first: those that are kept, or those in the trash.</summary>
    public IReadOnlyList<Asset> List(int limit, bool trash = false) => storage.Read(connection => ((Db)connection).ListAssets(limit, trash));

    /// <summary>Puts an asset into the trash, unless a job that is kept uses it. One that is there already stays as it is.</summary>
    /// <returns>Null when there is no asset of that id.</returns>
    public ChangeResult<Asset>? Delete(Guid assetId) => Change(
        assetId,
        db => db.TrashAsset(assetId, TrashReason.Deleted, time.NowMicros()),
        (db, asset) => asset.Trash is null && db.NameKeptUsers(assetId) is { } users
            ? $"Asset {assetId:D} is used by {users}: delete those first."
            : null);

    /// <summary>Brings an asset back from the trash.</summary>
    /// <inheritdoc cref="Delete" path="/returns"/>
    public ChangeResult<Asset>? Restore(Guid assetId) => Change(
        assetId,
        db => db.RestoreAsset(assetId, time.NowMicros()),
        (_, asset) => asset.Trash is null ? null : $"The files of asset {assetId:D} are gone; it cannot be restored.");

    private ChangeResult<Asset>? Change(Guid assetId, Func<Db, bool> change, Func<Db, Asset, string?> whyNot) =>
        storage.Change(db => db.FindAsset(assetId), unitOfWork => change(unitOfWork), whyNot);
}
