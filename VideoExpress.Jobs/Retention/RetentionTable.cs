using VideoExpress.Jobs.Data;

namespace VideoExpress.Jobs.Retention;

/// <summary>What is kept, what uses it, and what is on its way out: reads only, see <see cref="JobTransitions"/> and <see cref="AssetTrash"/>.</summary>
internal static class RetentionTable
{
    /// <summary>A subquery: the kept jobs that use the job or asset <c>@id</c>.</summary>
    public const string KeptUsers = $"{Users} and owner.retention is null";

    /// <summary>A subquery: the jobs that use the job or asset <c>@id</c>, and that are kept or can be restored.</summary>
    public const string RestorableUsers = $"{Users} and (owner.retention is null or owner.retention = 'trashed')";

    private const string Users = "select uses.job_id from uses join jobs as owner on owner.job_id = uses.job_id where uses.used = @id";

    private const int NamedUsers = 3;

    private const string JobBytes = "coalesce((select sum(bytes) from outputs where outputs.job_id = jobs.job_id), 0)";

    /// <summary>All jobs and assets that are neither in the trash nor gone.</summary>
    public static List<Holding> Holdings(this Db db) => db.List<HoldingRow>(
        $"""
        select job_id as id, type as name, {JobBytes} as bytes,
               case when status in ('FAILED', 'CANCELED') then 'FailedJob' else 'Job' end as kind,
               max(coalesce(finished_at, created_at), coalesce(restored_at, 0)) as since,
               pinned = 1 or status in ('QUEUED', 'RUNNING') or phase is not null as is_fixed
        from jobs where retention is null
        union all
        select asset_id, name, bytes, 'Asset', max(created_at, coalesce(restored_at, 0)), 0 from assets where retention is null
        """).ConvertAll(row => row.ToHolding());

    /// <summary>Which kept job uses which job or asset.</summary>
    public static List<(Guid User, Guid Used)> Uses(this Db db) =>
        db.List<UseRow>("select job_id, used from uses where job_id in (select job_id from jobs where retention is null)")
            .ConvertAll(row => (Guid.Parse(row.JobId), Guid.Parse(row.Used)));

    /// <summary>The jobs and assets that a job uses.</summary>
    public static List<Guid> UsedBy(this Db db, Guid jobId) =>
        db.List<string>("select used from uses where job_id = @id", new { id = jobId.Text() }).ConvertAll(Guid.Parse);

    /// <summary>Names the oldest of the kept jobs that use a job or an asset, for a sentence; null when none does.</summary>
    public static string? NameKeptUsers(this Db db, Guid id)
    {
        var users = db.List<string>($"{KeptUsers} order by uses.job_id limit {NamedUsers + 1}", new { id = id.Text() });
        return users.Count == 0 ? null : string.Join(", ", users.Take(NamedUsers)) + (users.Count > NamedUsers ? " and others" : "");
    }

    /// <summary>What is in the trash, the oldest there first, and last those whose removal has begun: it may be their files that cannot be removed.</summary>
    public static List<TrashedHolding> Trashed(this Db db) => db.List<TrashRow>(
        $"""
        select job_id as id, 0 as is_asset, type as name, {JobBytes} as bytes, retention, trash_reason, trashed_at
        from jobs where retention in ('trashed', 'removing')
        union all
        select asset_id, 1, name, bytes, retention, trash_reason, trashed_at from assets where retention in ('trashed', 'removing')
        order by retention desc, trashed_at
        """).ConvertAll(row => row.ToTrashed());

    private sealed class HoldingRow
    {
        public string Id { get; set; } = "";
        public string Kind { get; set; } = "";
        public string Name { get; set; } = "";
        public long Since { get; set; }
        public long Bytes { get; set; }
        public bool IsFixed { get; set; }

        public Holding ToHolding() => new(Guid.Parse(Id), Enum.Parse<HoldingKind>(Kind), Name, Micros.ToTime(Since), Bytes, IsFixed);
    }

    private sealed class UseRow
    {
        public string JobId { get; set; } = "";
        public string Used { get; set; } = "";
    }

    private sealed class TrashRow : TrashColumns
    {
        public string Id { get; set; } = "";
        public bool IsAsset { get; set; }
        public string Name { get; set; } = "";
        public long Bytes { get; set; }

        public TrashedHolding ToTrashed() => new(Guid.Parse(Id), IsAsset, Name, Bytes, Trash!);
    }
}
