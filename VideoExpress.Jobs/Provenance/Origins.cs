using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Provenance;

/// <summary>Finds out how a job's video came to be, from the rows of all jobs whose work is in it.</summary>
internal static class Origins
{
    /// <summary>Null when all that it is made of was given: nobody here knows how that came to be.</summary>
    public static DigitalSourceType? SourceTypeOf(this Db db, Job job)
    {
        var made = db.Material(job.Id);
        var byModel = made.Exists(work => !IsDraft(work));
        return (made.Count > 0, MadeByWorker: JobType.Of(job).WorkerOutputs.Count > 0) switch
        {
            (false, _) => null,
            (_, MadeByWorker: true) => byModel ? DigitalSourceType.Trained : DigitalSourceType.Algorithmic,
            _ => byModel ? DigitalSourceType.CompositeSynthetic : DigitalSourceType.Composite,
        };
    }

    /// <summary>A handler that names no backend is judged by what it was asked for: drafts run on our own engine only.</summary>
    private static bool IsDraft(Work work) =>
        work.Backend?.StartsWith(WorkerResult.DraftBackend, StringComparison.Ordinal) ?? work.Quality == JobQuality.Draft;

    /// <summary>What workers made of it: of the job's own work, and of every job whose files it takes in, however far back.</summary>
    private static List<Work> Material(this Db db, Guid jobId) => db.List<Work>(
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

    private sealed class Work
    {
        public string Quality { get; set; } = "";
        public string? Backend { get; set; }
    }
}
