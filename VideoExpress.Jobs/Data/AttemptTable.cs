using System.Text.Json;
using VideoExpress.Jobs.Chain;

namespace VideoExpress.Jobs.Data;

/// <summary>The ledger of paid submissions.</summary>
internal static class AttemptTable
{
    private const string Columns =
        "select attempt_id, job_id, step, number, state, endpoint, request_id, result, created_at, missing_since from attempts";

    /// <summary>The newest attempt of a job's step; null when there was none.</summary>
    public static Attempt? LastAttempt(this Db db, Guid jobId, int? step = null) =>
        db.Find<Row>(
            $"{Columns} where job_id = @id and (@step is null or step = @step) order by step desc, number desc limit 1",
            new { id = jobId.Text(), step })?.ToAttempt();

    /// <summary>Attempts at work at the provider, or of unknown fate.</summary>
    public static List<Attempt> OpenAttempts(this Db db, Guid jobId) =>
        db.List<Row>($"{Columns} where job_id = @id and state in ('submitting', 'submitted')", new { id = jobId.Text() })
            .ConvertAll(row => row.ToAttempt());

    /// <summary>Attempts that were sent, or may have been; refusals do not count, nor those that the job's owner asked for.</summary>
    public static int Submissions(this Db db, Guid jobId, int step) =>
        db.Scalar<int>(
            $"""
            select count(*) from attempts
            where job_id = @id and step = @step and state <> 'refused' and reason is not '{AttemptReason.UserRetry}'
            """,
            new { id = jobId.Text(), step });

    /// <summary>Why the next attempt would be paid; null when none was before it, but for refused ones.</summary>
    public static string? NextReason(this Db db, Guid jobId, int step) =>
        db.Scalar<string?>(
            $"""
            select case state when 'superseded' then given_up else '{AttemptReason.UserRetry}' end from attempts
            where job_id = @id and step = @step and state <> 'refused' order by number desc limit 1
            """,
            new { id = jobId.Text(), step });

    /// <summary>Cancelled jobs whose attempts may be at work all the same, with nobody left to cancel them.</summary>
    public static List<Guid> CanceledWithOpenAttempts(this Db db) =>
        db.List<string>(
            """
            select distinct job_id from attempts where state in ('submitting', 'submitted')
            and job_id in (select job_id from jobs where status = 'CANCELED' and phase is null)
            """).ConvertAll(Guid.Parse);

    /// <summary>How many attempts providers have at work now.</summary>
    public static int AttemptsInFlight(this Db db) => db.Scalar<int>("select count(*) from attempts where state = 'submitted'");

    public static void Insert(this Db db, Attempt attempt, string? reason, string inputHash) =>
        db.Execute(
            """
            insert into attempts (attempt_id, job_id, step, number, reason, state, endpoint, input_hash, created_at)
            values (@attemptId, @jobId, @step, @number, @reason, @state, @endpoint, @inputHash, @createdAt)
            """,
            new
            {
                attemptId = attempt.Id.Text(),
                jobId = attempt.JobId.Text(),
                step = attempt.Step,
                number = attempt.Number,
                reason,
                state = Word(attempt.State),
                endpoint = attempt.Endpoint,
                inputHash,
                createdAt = Micros.From(attempt.CreatedAt),
            });

    /// <summary>The provider has accepted it; a request id once known never changes.</summary>
    public static void MarkSubmitted(this Db db, Guid attemptId, string requestId, long now) =>
        db.Execute(
            """
            update attempts set state = 'submitted', request_id = @requestId, submitted_at = @now
            where attempt_id = @id and state = 'submitting';
            update jobs set runpod_job_id = @requestId where job_id = (select job_id from attempts where attempt_id = @id)
            """,
            new { id = attemptId.Text(), requestId, now });

    /// <summary>Its end is known. An attempt ends once.</summary>
    public static void MarkEnded(
        this Db db, Guid attemptId, AttemptState state, long now, JsonElement? result = null, string? error = null, double? seconds = null) =>
        db.Execute(
            """
            update attempts set state = @state, finished_at = @now, result = coalesce(@result, result), error = @error, seconds = @seconds
            where attempt_id = @id and state in ('submitting', 'submitted')
            """,
            new { id = attemptId.Text(), state = Word(state), now, result = result?.GetRawText(), error, seconds });

    /// <summary>It is given up; the next attempt's reason is kept with it, so that no crash between the two loses it.</summary>
    public static void MarkSuperseded(this Db db, Guid attemptId, string reason, long now) =>
        db.Execute(
            """
            update attempts set state = 'superseded', given_up = @reason, finished_at = @now
            where attempt_id = @id and state in ('submitting', 'submitted')
            """,
            new { id = attemptId.Text(), reason, now });

    /// <summary>The job's owner asks for another try: the attempt after one that was given up is paid for that reason.</summary>
    public static void AskAgain(this Db db, Guid jobId) =>
        db.Execute(
            $"""
            update attempts set given_up = '{AttemptReason.UserRetry}'
            where job_id = @id and state = 'superseded'
              and number = (select max(number) from attempts where job_id = @id and state <> 'refused')
            """,
            new { id = jobId.Text() });

    /// <summary>The provider does not know its request; the first time counts.</summary>
    public static void MarkMissing(this Db db, Guid attemptId, long now) =>
        db.Execute(
            "update attempts set missing_since = coalesce(missing_since, @now) where attempt_id = @id", new { id = attemptId.Text(), now });

    /// <summary>The provider knows its request, perhaps again.</summary>
    public static void MarkSeen(this Db db, Guid attemptId) =>
        db.Execute(
            "update attempts set missing_since = null where attempt_id = @id and missing_since is not null", new { id = attemptId.Text() });

    /// <summary>Attempts of before a time that are over, and whose job has published what they made or will never need it.</summary>
    public static List<(Guid JobId, Guid AttemptId)> Unswept(this Db db, long before, int limit) =>
        db.List<Row>(
            """
            select attempt_id, attempts.job_id from attempts join jobs on jobs.job_id = attempts.job_id
            where swept_at is null and attempts.created_at < @before
              and (retention = 'removed' or state not in ('submitting', 'submitted') and (status = 'SUCCEEDED' or status = 'CANCELED' and phase is null))
            order by attempts.created_at limit @limit
            """,
            new { before, limit }).ConvertAll(row => (Guid.Parse(row.JobId), Guid.Parse(row.AttemptId)));

    /// <summary>Forgets what workers answered: it may hold a file.</summary>
    public static void ForgetResults(this Db db, Guid jobId) =>
        db.Execute("update attempts set result = null where job_id = @id and result is not null", new { id = jobId.Text() });

    /// <summary>The worker's files of an attempt are gone from the inbox.</summary>
    public static void MarkSwept(this Db db, Guid attemptId, long now) =>
        db.Execute("update attempts set swept_at = @now where attempt_id = @id", new { id = attemptId.Text(), now });

    private static string Word(AttemptState state) => state.ToString().ToLowerInvariant();

    private sealed class Row
    {
        public string AttemptId { get; set; } = "";
        public string JobId { get; set; } = "";
        public long Step { get; set; }
        public long Number { get; set; }
        public string State { get; set; } = "";
        public string Endpoint { get; set; } = "";
        public string? RequestId { get; set; }
        public string? Result { get; set; }
        public long CreatedAt { get; set; }
        public long? MissingSince { get; set; }

        public Attempt ToAttempt() => new()
        {
            Id = Guid.Parse(AttemptId),
            JobId = Guid.Parse(JobId),
            Step = (int)Step,
            Number = (int)Number,
            State = Enum.Parse<AttemptState>(State, ignoreCase: true),
            Endpoint = Endpoint,
            RequestId = RequestId,
            Result = Result is null ? null : JsonElement.Parse(Result),
            CreatedAt = Micros.ToTime(CreatedAt),
            MissingSince = Micros.ToTime(MissingSince),
        };
    }
}
