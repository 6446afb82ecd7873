using VideoExpress.Jobs.Data;

namespace VideoExpress.Jobs.Retention;

/// <summary>What a scrub has found wrong with an asset's files. Each change writes one event.</summary>
internal static class AssetFaults
{
    /// <summary>Says what is wrong with the source, or null that it is whole again.</summary>
    public static void MarkAsset(this Db db, Guid assetId, FileFault? fault, long now)
    {
        if (db.Execute(
            $"update assets set fault = @fault where asset_id = @id and {FileFaults.MayBecome}", new { id = assetId.Text(), fault = fault?.Word() }) > 0)
        {
            db.AddAssetEvent(assetId, $"asset_{FileFaults.Event(fault)}", now);
        }
    }

    /// <summary>A thumbnail that is lost while its source is there: the asset goes on without.</summary>
    public static void DropThumbnail(this Db db, Guid assetId, long now)
    {
        if (db.Execute(
            "update assets set thumbnail_key = null where asset_id = @id and thumbnail_key is not null and fault is null", new { id = assetId.Text() }) > 0)
        {
            db.AddAssetEvent(assetId, "asset_thumbnail_lost", now);
        }
    }
}
