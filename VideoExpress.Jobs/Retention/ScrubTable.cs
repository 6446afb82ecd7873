using System.Text.RegularExpressions;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Retention;

/// <summary>What the database knows of the store.</summary>
internal static partial class ScrubTable
{
    /// <summary>Every file that must be there: of all that is kept or can be restored.</summary>
    public static List<KnownFile> KnownFiles(this Db db) => db.List<KnownFile>(
        """
        select key, outputs.job_id as id, 0 as is_asset, name, bytes, sha256, fault
        from outputs join jobs on jobs.job_id = outputs.job_id where retention is null or retention = 'trashed'
        union all
        select key, asset_id, 1, 'source', bytes, sha256, fault
        from assets where retention is null or retention = 'trashed'
        union all
        select thumbnail_key, asset_id, 1, 'thumbnail', null, null, fault
        from assets where thumbnail_key is not null and (retention is null or retention = 'trashed')
        """);

    /// <summary>What the store must say to be this database's.</summary>
    public static string StoreId(this Db db) => db.Scalar<string>("select id from store_id")!;

    /// <summary>
    /// The key of the file that was published first of all that the database still has, and that no scrub has missed; one that is being removed
    /// only where there is no other. Null when there is none.
    /// </summary>
    public static string? OldestFile(this Db db) => db.Scalar<string>(
        """
        select key from (
            select key, outputs.created_at as at, retention is 'removing' as goes
            from outputs join jobs on jobs.job_id = outputs.job_id where fault is not 'missing'
            union all
            select key, created_at, retention is 'removing' from assets where retention is not 'removed' and fault is not 'missing')
        order by goes, at, key limit 1
        """);

    /// <summary>
    /// False for a file that no row knows and that nobody will come for: of a job that is unknown, has succeeded, was cancelled or removed; of
    /// an attempt that is unknown or swept; of an unknown asset. What has no key such as we make is somebody else's, and none of our business.
    /// </summary>
    public static bool IsWanted(this Db db, StoreKey key)
    {
        var parts = key.Value.Split('/');
        return parts[0] switch
        {
            _ when !OurShape().IsMatch(key.Value) || db.FindSource(key) is { IsListed: true } => true,
            "jobs" => db.Scalar<bool>(
                "select exists (select 1 from jobs where job_id = @id and status in ('QUEUED', 'RUNNING', 'FAILED') and retention is not 'removed')",
                new { id = parts[1] }),
            "inbox" => db.Scalar<bool>(
                "select exists (select 1 from attempts where attempt_id = @id and swept_at is null)", new { id = parts[2] }),
            _ => false,
        };
    }

    [GeneratedRegex(@"\A(jobs/[0-9a-f-]{36}/[^/]+/[^/]+|assets/[0-9a-f-]{36}/[^/]+|inbox/[0-9a-f-]{36}/[0-9a-f-]{36}/[^/]+)\z")]
    private static partial Regex OurShape();
}

/// <summary>A file that the database knows.</summary>
internal sealed class KnownFile
{
    public string Key { get; set; } = "";

    /// <summary>The job's or the asset's that it belongs to.</summary>
    public string Id { get; set; } = "";

    /// <summary>False for a job's.</summary>
    public bool IsAsset { get; set; }

    public string Name { get; set; } = "";

    /// <summary>Null where it is not kept.</summary>
    public long? Bytes { get; set; }

    /// <summary>Null where it is not kept.</summary>
    public string? Sha256 { get; set; }

    /// <summary>What a repair has marked it with, or its asset's source where it is a thumbnail; null: nothing.</summary>
    public string? Fault { get; set; }

    /// <summary>True when a repair has found it missing or damaged.</summary>
    public bool IsMarked => Fault is not null;

    /// <summary>True when it has been read, and found to be another.</summary>
    public bool IsSpoilt => !IsThumbnail && Fault == FileFault.WrongContent.Word();

    /// <summary>True for the small picture of an asset, of which neither length nor hash is kept.</summary>
    public bool IsThumbnail => IsAsset && Name == "thumbnail";

    public Guid OwnerId => Guid.Parse(Id);

    /// <summary>Where the API has what it belongs to.</summary>
    public string Owner => $"/{(IsAsset ? "assets" : "jobs")}/{Id}";
}
