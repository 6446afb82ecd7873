namespace VideoExpress.Jobs.Data;

/// <summary>The table <c>steps</c>: which background job is which link of a chain.</summary>
internal static class StepTable
{
    /// <summary>Ordinal of the step that tells the provider of a cancellation; it stands beside the chain.</summary>
    public const int CancelOrdinal = -1;

    private const string Columns = "select ordinal, name, hangfire_id, tries, crashes from steps";

    /// <summary>In the chain's order; a cancel step, if any, comes first.</summary>
    public static List<StepRow> StepsOf(this Db db, Guid jobId) =>
        db.List<StepRow>($"{Columns} where job_id = @id order by ordinal", new { id = jobId.Text() });

    public static StepRow? FindStep(this Db db, Guid jobId, string hangfireId) =>
        db.Find<StepRow>($"{Columns} where hangfire_id = @hangfireId and job_id = @id", new { hangfireId, id = jobId.Text() });

    public static StepRow? FindStep(this Db db, Guid jobId, int ordinal) =>
        db.Find<StepRow>($"{Columns} where ordinal = @ordinal and job_id = @id", new { ordinal, id = jobId.Text() });

    public static void SetStep(this Db db, Guid jobId, int ordinal, string name, string hangfireId) =>
        db.Execute(
            """
            insert into steps (job_id, ordinal, name, hangfire_id) values (@id, @ordinal, @name, @hangfireId)
            on conflict (job_id, ordinal) do update set hangfire_id = excluded.hangfire_id, tries = 0, crashes = 0
            """,
            new { id = jobId.Text(), ordinal, name, hangfireId });

    /// <summary>It failed, and is tried again.</summary>
    public static void RaiseTries(this Db db, Guid jobId, string hangfireId) => db.Execute(
        "update steps set tries = tries + 1, crashes = 0 where job_id = @id and hangfire_id = @hangfireId", new { id = jobId.Text(), hangfireId });

    /// <summary>It works, or its owner wants it tried anew.</summary>
    public static void ClearTries(this Db db, Guid jobId, int ordinal) => db.Execute(
        "update steps set tries = 0, crashes = 0 where job_id = @id and ordinal = @ordinal and (tries > 0 or crashes <> 0)",
        new { id = jobId.Text(), ordinal });

    /// <summary>The process has ended while it was at work, perhaps because of it, unless it was stopped in good order.</summary>
    public static void MarkSuspect(this Db db, Guid jobId, string hangfireId) => db.Execute(
        "update steps set crashes = crashes + 1 where job_id = @id and hangfire_id = @hangfireId and crashes <= 0", new { id = jobId.Text(), hangfireId });

    /// <summary>A suspect was innocent.</summary>
    public static void ClearCrashes(this Db db, Guid jobId, string hangfireId) => db.Execute(
        "update steps set crashes = 0 where job_id = @id and hangfire_id = @hangfireId", new { id = jobId.Text(), hangfireId });

    /// <summary>A suspect begins, alone; should the process end now, it is to blame.</summary>
    public static void RaiseCrashes(this Db db, Guid jobId, string hangfireId) => db.Execute(
        "update steps set crashes = crashes + 1 where job_id = @id and hangfire_id = @hangfireId", new { id = jobId.Text(), hangfireId });

    /// <summary>It is stopped in good order: that it starts again is no sign of a crash.</summary>
    public static void ForgiveStart(this Db db, Guid jobId, string hangfireId) => db.Execute(
        "update steps set crashes = max(crashes - 1, -1) where job_id = @id and hangfire_id = @hangfireId", new { id = jobId.Text(), hangfireId });
}

/// <summary>One link of a chain.</summary>
internal sealed class StepRow
{
    public int Ordinal { get; set; }

    public string Name { get; set; } = "";

    public string HangfireId { get; set; } = "";

    /// <summary>Failures in a row that were healed by trying again.</summary>
    public int Tries { get; set; }

    /// <summary>0, or how often in a row the process ended while the step was at work: the first time beside others, then alone.</summary>
    public int Crashes { get; set; }
}
