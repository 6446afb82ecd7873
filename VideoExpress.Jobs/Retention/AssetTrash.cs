using System.Text.Json.Nodes;
using VideoExpress.Jobs.Data;

namespace VideoExpress.Jobs.Retention;

/// <summary>
/// How long an asset stays. Each change names the state that it leaves, writes one event, and does nothing where the asset is elsewhere.
/// </summary>
internal static class AssetTrash
{
    /// <summary>Into the trash: only what no kept job uses.</summary>
    public static bool TrashAsset(this Db db, Guid assetId, string reason, long now) => db.Change(
        assetId, "asset_trashed", now,
        "retention = 'trashed', trashed_at = @now, trash_reason = @reason",
        $"retention is null and not exists ({RetentionTable.KeptUsers})",
        reason);

    /// <summary>Out of the trash; its age begins anew.</summary>
    public static bool RestoreAsset(this Db db, Guid assetId, long now) => db.Change(
        assetId, "asset_restored", now,
        "retention = null, trashed_at = null, trash_reason = null, restored_at = @now",
        "retention = 'trashed'");

    /// <summary>Its time in the trash is over, and that of all that uses it: from here on there is no way back.</summary>
    public static bool BeginAssetRemoval(this Db db, Guid assetId, DateTimeOffset trashedBefore, long now) => db.Change(
        assetId, "asset_removing", now, "retention = 'removing'",
        $"retention = 'trashed' and trashed_at <= @before and not exists ({RetentionTable.RestorableUsers})",
        before: Micros.From(trashedBefore));

    /// <summary>Its files are gone; the row stays as history.</summary>
    public static bool EndAssetRemoval(this Db db, Guid assetId, long now) =>
        db.Change(assetId, "asset_removed", now, "retention = 'removed'", "retention = 'removing'");

    /// <summary>Tells what has happened to an asset.</summary>
    public static void AddAssetEvent(this Db db, Guid assetId, string type, long now, string? reason = null)
    {
        var data = new JsonObject();
        if (reason is not null)
        {
            data["reason"] = reason;
        }

        db.Execute(
            "insert into events (asset_id, at, type, data) values (@id, @now, @type, @data)",
            new { id = assetId.Text(), now, type, data = data.ToJsonString() });
    }

    private static bool Change(
        this Db db, Guid assetId, string type, long now, string set, string guard, string? reason = null, long? before = null)
    {
        if (db.Execute($"update assets set {set} where asset_id = @id and {guard}", new { id = assetId.Text(), now, reason, before }) == 0)
        {
            return false;
        }

        db.AddAssetEvent(assetId, type, now, reason);
        return true;
    }
}
