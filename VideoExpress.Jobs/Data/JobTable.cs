using System.Text.Json;

namespace VideoExpress.Jobs.Data;

/// <summary>Reads of the table <c>jobs</c>. Writes are transitions: see <see cref="JobTransitions"/>.</summary>
internal static class JobTable
{
    private const string Columns =
        """
        select job_id, type, status, progress, params, error, created_at, updated_at, started_at, finished_at,
               phase, held_reason, quality, step, warnings, rev, pinned, retention, trashed_at, trash_reason
        from jobs
        """;

    public static Job? FindJob(this Db db, Guid jobId) =>
        db.Find<Row>($"{Columns} where job_id = @id", new { id = jobId.Text() })?.ToJob();

    /// <summary>Newest first: those that are kept, or those in the trash.</summary>
    public static List<Job> ListJobs(this Db db, int limit, bool trash = false) =>
        db.List<Row>(
            $"{Columns} where retention is {(trash ? "'trashed'" : "null")} order by created_at desc, job_id desc limit @limit",
            new { limit }).ConvertAll(row => row.ToJob());

    /// <summary>Jobs for which something is left to do, oldest first: not terminal, or cancelled and not yet acknowledged.</summary>
    public static List<Job> UnfinishedJobs(this Db db) =>
        db.List<Row>($"{Columns} where status in ('QUEUED', 'RUNNING') or phase = 'canceling' order by job_id").ConvertAll(row => row.ToJob());

    /// <summary>Jobs that wait for this one.</summary>
    public static List<Job> DependentsOf(this Db db, Guid jobId) =>
        db.List<Row>(
            $"{Columns} where job_id in (select job_id from dependencies where depends_on = @id) and status = 'QUEUED'",
            new { id = jobId.Text() }).ConvertAll(row => row.ToJob());

    /// <summary>A job that this one waits for in vain; null when there is none.</summary>
    public static Job? FailedDependency(this Db db, Guid jobId) =>
        db.Find<Row>(
            $"{Columns} where job_id in (select depends_on from dependencies where job_id = @id) and status in ('FAILED', 'CANCELED')",
            new { id = jobId.Text() })?.ToJob();

    /// <summary>The jobs that this one needs and that will not come, or whose files that it takes in are going or gone.</summary>
    public static List<Job> HopelessDependencies(this Db db, Guid jobId) =>
        db.List<Row>(
            $"""
            {Columns} where job_id in (select depends_on from dependencies where job_id = @id) and (status in ('FAILED', 'CANCELED')
            or retention in ('removing', 'removed') and job_id in (select used from uses where uses.job_id = @id)) order by job_id
            """,
            new { id = jobId.Text() }).ConvertAll(row => row.ToJob());

    /// <summary>How many of the jobs that this one waits for have not succeeded.</summary>
    public static int OpenDependencies(this Db db, Guid jobId) =>
        db.Scalar<int>(
            """
            select count(*) from dependencies d join jobs j on j.job_id = d.depends_on
            where d.job_id = @id and j.status <> 'SUCCEEDED'
            """,
            new { id = jobId.Text() });

    private sealed class Row : TrashColumns
    {
        public string JobId { get; set; } = "";
        public string Type { get; set; } = "";
        public string Status { get; set; } = "";
        public long Progress { get; set; }
        public string Params { get; set; } = "";
        public string? Error { get; set; }
        public long CreatedAt { get; set; }
        public long UpdatedAt { get; set; }
        public long? StartedAt { get; set; }
        public long? FinishedAt { get; set; }
        public string? Phase { get; set; }
        public string? HeldReason { get; set; }
        public string Quality { get; set; } = "";
        public long? Step { get; set; }
        public string? Warnings { get; set; }
        public long Rev { get; set; }
        public bool Pinned { get; set; }

        public Job ToJob() => new()
        {
            Id = Guid.Parse(JobId),
            Type = Type,
            Status = Enum.Parse<JobStatus>(Status, ignoreCase: true),
            Progress = (int)Progress,
            Phase = Phase,
            HeldReason = HeldReason,
            Parameters = JsonElement.Parse(Params),
            Quality = Quality,
            Error = Error,
            Warnings = Warnings is null ? [] : JsonSerializer.Deserialize(Warnings, JobsJson.Default.StringArray)!,
            Step = (int?)Step,
            Rev = Rev,
            CreatedAt = Micros.ToTime(CreatedAt),
            UpdatedAt = Micros.ToTime(UpdatedAt),
            StartedAt = Micros.ToTime(StartedAt),
            FinishedAt = Micros.ToTime(FinishedAt),
            Pinned = Pinned,
            Trash = Trash,
        };
    }
}
