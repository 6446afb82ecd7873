using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Assets;

/// <summary>The table <c>assets</c>. How long one stays is changed by <see cref="AssetTrash"/>.</summary>
internal static class AssetTable
{
    private const string Columns =
        """
        select asset_id, name, kind, key, content_type, bytes, sha256, facts, thumbnail_key, created_at,
               retention, trashed_at, trash_reason, fault is not null as is_missing
        from assets
        """;

    public static Asset? FindAsset(this Db db, Guid assetId) =>
        db.Find<Row>($"{Columns} where asset_id = @id", new { id = assetId.Text() })?.ToAsset();

    /// <summary>Newest first: those that are kept, or those in the trash.</summary>
    public static List<Asset> ListAssets(this Db db, int limit, bool trash) =>
        db.List<Row>(
            $"{Columns} where retention is {(trash ? "'trashed'" : "null")} order by created_at desc, asset_id desc limit @limit",
            new { limit }).ConvertAll(row => row.ToAsset());

    /// <summary>An asset is taken in once: one that is there already stays as it is.</summary>
    public static void InsertAsset(this Db db, Asset asset) => db.Execute(
        """
        insert into assets (asset_id, name, kind, key, content_type, bytes, sha256, facts, thumbnail_key, created_at)
        values (@id, @Name, @kind, @key, @ContentType, @Bytes, @Sha256, @facts, @thumbnail, @created)
        on conflict (asset_id) do nothing
        """,
        new
        {
            id = asset.Id.Text(), asset.Name, kind = asset.Kind.Word(), key = asset.Key.Value, asset.ContentType, asset.Bytes, asset.Sha256,
            facts = asset.Facts.ToJson(), thumbnail = asset.ThumbnailKey?.Value, created = Micros.From(asset.CreatedAt),
        });

    private sealed class Row : TrashColumns
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
        public bool IsMissing { get; set; }

        public Asset ToAsset() => new()
        {
            Id = Guid.Parse(AssetId),
            Name = Name,
            Kind = Enum.Parse<AssetKind>(Kind, ignoreCase: true),
            Key = StoreKey.Parse(Key),
            ContentType = ContentType,
            Bytes = Bytes,
            Sha256 = Sha256,
            Facts = OutputFacts.Read(Facts)!,
            ThumbnailKey = ThumbnailKey is null ? null : StoreKey.Parse(ThumbnailKey),
            CreatedAt = Micros.ToTime(CreatedAt),
            Trash = Trash,
            IsMissing = IsMissing,
        };
    }
}
