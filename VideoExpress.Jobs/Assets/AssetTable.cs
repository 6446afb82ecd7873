using System.Text.Json;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Assets;

/// <summary>The table <c>assets</c>.</summary>
internal static class AssetTable
{
    private const string Columns =
        """
        select asset_id, name, kind, key, content_type, bytes, sha256, facts, thumbnail_key, created_at, retention, trashed_at, trash_reason
        from assets
        """;

    public static Asset? FindAsset(this Db db, Guid assetId) =>
        db.Find<Row>($"{Columns} where asset_id = @id", new { id = assetId.Text() })?.ToAsset();

    /// <summary>The newest first, without what is in the trash.</summary>
    public static List<Asset> ListAssets(this Db db, int limit) =>
        db.List<Row>($"{Columns} where retention is null order by created_at desc, asset_id desc limit @limit", new { limit })
            .ConvertAll(row => row.ToAsset());

    /// <summary>Kept jobs that take the asset in, oldest first.</summary>
    public static List<Guid> JobsThatUse(this Db db, Guid assetId) =>
        db.List<string>(
            "select job_id from uses join jobs using (job_id) where used = @id and retention is null order by job_id",
            new { id = assetId.Text() }).ConvertAll(Guid.Parse);

    /// <summary>Whether it was new: an asset is taken in once.</summary>
    public static bool InsertAsset(this Db db, Asset asset) => db.Execute(
        """
        insert into assets (asset_id, name, kind, key, content_type, bytes, sha256, facts, thumbnail_key, created_at)
        values (@id, @Name, @kind, @key, @ContentType, @Bytes, @Sha256, @facts, @thumbnail, @created)
        on conflict (asset_id) do nothing
        """,
        new
        {
            id = asset.Id.Text(), asset.Name, kind = asset.Kind.Word(), key = asset.Key.Value, asset.ContentType, asset.Bytes, asset.Sha256,
            facts = asset.Facts.GetRawText(), thumbnail = asset.ThumbnailKey?.Value, created = Micros.From(asset.CreatedAt),
        }) == 1;

    /// <summary>Kept → in the trash.</summary>
    public static bool TrashAsset(this Db db, Guid assetId, string reason, long now) => db.Execute(
        "update assets set retention = 'trashed', trashed_at = @now, trash_reason = @reason where asset_id = @id and retention is null",
        new { id = assetId.Text(), now, reason }) == 1;

    /// <summary>In the trash → kept.</summary>
    public static bool RestoreAsset(this Db db, Guid assetId, long now) => db.Execute(
        """
        update assets set retention = null, trashed_at = null, trash_reason = null, restored_at = @now
        where asset_id = @id and retention = 'trashed'
        """,
        new { id = assetId.Text(), now }) == 1;

    private sealed class Row
    {
        public string AssetId { get; set; } = "";
        public string Name { get; set; } = "";
        public string Kind { get; set; } = "";
        public string Key { get; set; } = "";
        public string ContentType { get; set; } = "";
        public long Bytes { get; set; }
        public string Sha256 { get; set; } = "";
        public string Facts { get; set; } = "";
        public string? ThumbnailKey { get; set; }
        public long CreatedAt { get; set; }
        public string? Retention { get; set; }
        public long? TrashedAt { get; set; }
        public string? TrashReason { get; set; }

        public Asset ToAsset() => new()
        {
            Id = Guid.Parse(AssetId),
            Name = Name,
            Kind = Enum.Parse<AssetKind>(Kind, ignoreCase: true),
            Key = StoreKey.Parse(Key),
            ContentType = ContentType,
            Bytes = Bytes,
            Sha256 = Sha256,
            Facts = JsonElement.Parse(Facts),
            ThumbnailKey = ThumbnailKey is null ? null : StoreKey.Parse(ThumbnailKey),
            CreatedAt = Micros.ToTime(CreatedAt),
            Trash = Retention is null ? null : new Trash(Enum.Parse<TrashState>(Retention, ignoreCase: true), TrashReason!, Micros.ToTime(TrashedAt!.Value)),
        };
    }
}
