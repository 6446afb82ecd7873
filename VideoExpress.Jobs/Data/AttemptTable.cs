using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VideoExpress.Jobs.Chain;

namespace VideoExpress.Jobs.Data;

/// <summary>The ledger of paid submissions.</summary>
internal static class AttemptTable
{
    private const string Columns =
        """
        select attempt_id, job_id, step, number, reason, given_up, error, state, endpoint, request_id, result, created_at, missing_since, running_since,
               running_as, quiet_since
        from attempts
        """;

    private const string IsOpen = "state in ('submitting', 'submitted')";

    /// <summary>Nobody waits for it: its job is cancelled or in the trash, or another attempt of the step has finished.</summary>
    private const string IsStray =
        """
        (exists (select 1 from jobs where jobs.job_id = attempts.job_id and (status = 'CANCELED' or retention is not null))
         or exists (select 1 from attempts f where f.job_id = attempts.job_id and f.step = attempts.step and f.state = 'finished'))
        """;

    /// <summary>The attempt that counts: the one that has finished, else the newest; null when there was none.</summary>
    public static Attempt? CurrentAttempt(this Db db, Guid jobId) =>
        db.Find<Row>(
            $"{Columns} where job_id = @id order by step desc, state = 'finished' desc, number desc limit 1", new { id = jobId.Text() })?.ToAttempt();

    /// <summary>Every attempt of a job's step, the newest first.</summary>
    public static List<Attempt> AttemptsOf(this Db db, Guid jobId, int step) =>
        db.List<Row>($"{Columns} where job_id = @id and step = @step order by number desc", new { id = jobId.Text(), step })
            .ConvertAll(row => row.ToAttempt());

    /// <summary>Attempts at work at the provider, or of unknown fate.</summary>
    public static List<Attempt> OpenAttempts(this Db db, Guid jobId) =>
        db.List<Row>($"{Columns} where job_id = @id and {IsOpen}", new { id = jobId.Text() }).ConvertAll(row => row.ToAttempt());

    /// <summary>Open attempts of a job that nobody waits for: the provider has to be told.</summary>
    public static List<Attempt> StrayAttempts(this Db db, Guid jobId) =>
        db.List<Row>($"{Columns} where job_id = @id and {IsOpen} and {IsStray}", new { id = jobId.Text() }).ConvertAll(row => row.ToAttempt());

    /// <summary>Jobs that have stray attempts.</summary>
    public static List<Guid> JobsWithStrays(this Db db) =>
        db.List<string>($"select distinct job_id from attempts where {IsOpen} and {IsStray}").ConvertAll(Guid.Parse);

    /// <summary>Request ids of the attempts that an endpoint has accepted and that are not over as far as we know; at most <paramref name="limit"/>.</summary>
    public static List<string> RequestsAt(this Db db, string endpoint, int limit) =>
        db.List<string>(
            "select request_id from attempts where state = 'submitted' and endpoint = @endpoint limit @limit", new { endpoint, limit });

    /// <summary>Attempts that were sent, or may have been; refusals do not count.</summary>
    public static int Submissions(this Db db, Guid jobId, int step) =>
        db.Scalar<int>(
            "select count(*) from attempts where job_id = @id and step = @step and state <> 'refused'", new { id = jobId.Text(), step });

    /// <summary>The number of the next attempt.</summary>
    public static int NextNumber(this Db db, Guid jobId, int step) =>
        db.Scalar<int>(
            "select coalesce(max(number), 0) + 1 from attempts where job_id = @id and step = @step", new { id = jobId.Text(), step });

    /// <summary>Why the next attempt would be paid; null when none was before it, but for refused ones.</summary>
    public static string? NextReason(this Db db, Guid jobId, int step) =>
        db.Scalar<string?>(
            $"""
            select coalesce(given_up, '{AttemptReason.UserRetry}') from attempts
            where job_id = @id and step = @step and state <> 'refused' order by number desc limit 1
            """,
            new { id = jobId.Text(), step });

    /// <summary>How many attempts providers have at work now.</summary>
    public static int AttemptsInFlight(this Db db) => db.Scalar<int>("select count(*) from attempts where state = 'submitted'");

    public static void Insert(this Db db, Attempt attempt, Job job) =>
        db.Execute(
            """
            insert into attempts (attempt_id, job_id, step, number, reason, state, endpoint, request_id, result, input_hash, created_at)
            values (@attemptId, @jobId, @step, @number, @reason, @state, @endpoint, @requestId, @result, @inputHash, @createdAt)
            """,
            new
            {
                attemptId = attempt.Id.Text(),
                jobId = attempt.JobId.Text(),
                step = attempt.Step,
                number = attempt.Number,
                reason = attempt.Reason,
                state = Word(attempt.State),
                endpoint = attempt.Endpoint,
                requestId = attempt.RequestId,
                result = attempt.Result?.GetRawText(),
                inputHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job.Parameters.GetRawText()))),
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

    /// <summary>Its end is known. An attempt ends once; but one that was given up may finish all the same.</summary>
    public static void MarkEnded(
        this Db db, Guid attemptId, AttemptState state, long now, JsonElement? result = null, string? error = null, double? seconds = null) =>
        db.Execute(
            """
            update attempts set state = @state, finished_at = @now, result = coalesce(@result, result), error = @error, seconds = @seconds
            where attempt_id = @id and (state in ('submitting', 'submitted') or (@state = 'finished' and state in ('superseded', 'failed', 'canceled')))
            """,
            new { id = attemptId.Text(), state = Word(state), now, result = result?.GetRawText(), error, seconds });

    /// <summary>It is given up; the next attempt's reason is kept with it, so that no crash between the two loses it.</summary>
    public static void MarkSuperseded(this Db db, Guid attemptId, string reason, long now, double? seconds = null) =>
        db.Execute(
            """
            update attempts set state = 'superseded', given_up = @reason, finished_at = @now, seconds = @seconds
            where attempt_id = @id and state in ('submitting', 'submitted')
            """,
            new { id = attemptId.Text(), reason, now, seconds });

    /// <summary>The job's owner asks for another try: an attempt that has ended without a result may be followed by one that is paid.</summary>
    public static void AskAgain(this Db db, Guid jobId) =>
        db.Execute(
            $"""
            update attempts set given_up = '{AttemptReason.UserRetry}'
            where job_id = @id and state in ('superseded', 'failed', 'canceled')
              and number = (select max(number) from attempts where job_id = @id and state <> 'refused')
            """,
            new { id = jobId.Text() });

    /// <summary>The provider does not know its request; the first time counts.</summary>
    public static void MarkMissing(this Db db, Guid attemptId, long now) =>
        db.Execute(
            "update attempts set missing_since = coalesce(missing_since, @now) where attempt_id = @id", new { id = attemptId.Text(), now });

    /// <summary>The provider knows its request, perhaps again.</summary>
    /// <param name="db">The ledger.</param>
    /// <param name="attemptId">The attempt.</param>
    /// <param name="runningSince">Since when a worker has it; null while none has.</param>
    /// <param name="runningAs">Which worker and hand-out that is.</param>
    public static void MarkSeen(this Db db, Guid attemptId, long? runningSince = null, string? runningAs = null) =>
        db.Execute(
            """
            update attempts set missing_since = null, running_since = @runningSince, running_as = @runningAs
            where attempt_id = @id and (missing_since is not null or running_since is not @runningSince or running_as is not @runningAs)
            """,
            new { id = attemptId.Text(), runningSince, runningAs });

    /// <summary>Its endpoint shows nothing that could be it, or, with null, something again.</summary>
    public static void MarkQuiet(this Db db, Guid attemptId, long? since) =>
        db.Execute(
            "update attempts set quiet_since = @since where attempt_id = @id and quiet_since is not @since", new { id = attemptId.Text(), since });

    /// <summary>Attempts of a job type, of before a time, that are over, and whose job has published what they made or will never need it.</summary>
    public static List<(Guid JobId, Guid AttemptId)> Unswept(this Db db, string jobType, long before, int limit) =>
        db.List<Row>(
            """
            select attempt_id, attempts.job_id from attempts join jobs on jobs.job_id = attempts.job_id
            where swept_at is null and type = @jobType and attempts.created_at < @before
              and (retention = 'removed' or state not in ('submitting', 'submitted') and (status = 'SUCCEEDED' or status = 'CANCELED' and phase is null))
            order by attempts.created_at limit @limit
            """,
            new { jobType, before, limit }).ConvertAll(row => (Guid.Parse(row.JobId), Guid.Parse(row.AttemptId)));

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
        public string? Reason { get; set; }
        public string? GivenUp { get; set; }
        public string? Error { get; set; }
        public string State { get; set; } = "";
        public string Endpoint { get; set; } = "";
        public string? RequestId { get; set; }
        public string? Result { get; set; }
        public long CreatedAt { get; set; }
        public long? MissingSince { get; set; }
        public long? RunningSince { get; set; }
        public string? RunningAs { get; set; }
        public long? QuietSince { get; set; }

        public Attempt ToAttempt() => new()
        {
            Id = Guid.Parse(AttemptId),
            JobId = Guid.Parse(JobId),
            Step = (int)Step,
            Number = (int)Number,
            Reason = Reason,
            GivenUp = GivenUp,
            Error = Error,
            State = Enum.Parse<AttemptState>(State, ignoreCase: true),
            Endpoint = Endpoint,
            RequestId = RequestId,
            Result = Result is null ? null : JsonElement.Parse(Result),
            CreatedAt = Micros.ToTime(CreatedAt),
            MissingSince = Micros.ToTime(MissingSince),
            RunningSince = Micros.ToTime(RunningSince),
            RunningAs = RunningAs,
            QuietSince = Micros.ToTime(QuietSince),
        };
    }
}
