using VideoExpress.Jobs.Data;

namespace VideoExpress.Jobs.Provenance;

/// <summary>Reads of what films are made of, across jobs.</summary>
internal static class MaterialQueries
{
    /// <summary>What workers made of a job's video: the job's own material, and that of every job whose files it takes in, however far back.</summary>
    public static List<GeneratedMaterial> GeneratedMaterial(this Db db, Guid jobId) => db.List<GeneratedMaterial>(
        """
        with recursive material (id) as (
            values (@id)
            union
            select used from uses join material on uses.job_id = material.id
        )
        select jobs.quality, attempts.result ->> '$.backend' as backend
        from material
        join jobs on jobs.job_id = material.id
        join attempts on attempts.job_id = material.id and attempts.state = 'finished'
        """,
        new { id = jobId.Text() });
}

/// <summary>A worker's finished work.</summary>
internal sealed class GeneratedMaterial
{
    /// <summary>What was asked for: <c>draft</c> or <c>final</c>.</summary>
    public string Quality { get; set; } = "";

    /// <summary>What the worker says that it made it with; null when it does not say.</summary>
    public string? Backend { get; set; }
}
