using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Data;

/// <summary>The files of jobs and assets, by their keys and names.</summary>
internal static class SourceTable
{
    /// <summary>What is known of the file of that key; null when it names no job and no asset of ours.</summary>
    public static SourceFile? FindSource(this Db db, StoreKey key) => db.Find<Row>(
        """
        select jobs.job_id as id, '/jobs/' || jobs.job_id as path, retention, outputs.key is not null as is_listed,
               fault is not null as is_missing, substr(content_type, 1, instr(content_type, '/') - 1) as kind
        from jobs left join outputs on outputs.job_id = jobs.job_id and outputs.key = @key
        where @key like 'jobs/%' and jobs.job_id = substr(@key, 6, 36)
        union all
        select asset_id, '/assets/' || asset_id, retention, @key in (key, ifnull(thumbnail_key, '')),
               @key = key and fault is not null, iif(@key = key, kind, 'image')
        from assets where @key like 'assets/%' and asset_id = substr(@key, 8, 36)
        """,
        new { key = key.Value })?.ToFile();

    /// <summary>The key of a job's published file, also of one that the store has lost; null when it has none of that name.</summary>
    public static StoreKey? FindOutputKey(this Db db, Guid jobId, string name) =>
        db.Scalar<string>(
            "select key from outputs where job_id = @id and role = @role and name = @name", new { id = jobId.Text(), role = OutputTable.Output, name })
            is { } key ? StoreKey.Parse(key) : null;

    private sealed class Row : TrashColumns
    {
        public string Id { get; set; } = "";
        public string Path { get; set; } = "";
        public bool IsListed { get; set; }
        public bool IsMissing { get; set; }
        public string? Kind { get; set; }

        public SourceFile ToFile() => new(Guid.Parse(Id), Path)
        {
            Trash = State,
            IsListed = IsListed,
            IsMissing = IsMissing,
            Kind = Enum.TryParse<AssetKind>(Kind, ignoreCase: true, out var kind) ? kind : null,
        };
    }
}

/// <summary>A file that a key names.</summary>
/// <param name="OwnerId">The job or the asset that it belongs to.</param>
/// <param name="OwnerPath">Where the API has that, such as <c>/jobs/{id}</c>.</param>
internal sealed record SourceFile(Guid OwnerId, string OwnerPath)
{
    /// <summary>How far the owner's removal is; null while it is kept.</summary>
    public required TrashState? Trash { get; init; }

    /// <summary>False when the owner has no such file: not yet, or not any more.</summary>
    public required bool IsListed { get; init; }

    /// <summary>True when it was found missing in the store.</summary>
    public required bool IsMissing { get; init; }

    /// <summary>Null when it is neither video nor sound nor picture.</summary>
    public required AssetKind? Kind { get; init; }
}
