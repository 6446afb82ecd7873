using System.Security.Cryptography;
using System.Text;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// Sends a job's GPU step to its provider and never pays twice: the attempt is committed before the request goes out, and a request
/// of unknown fate is sent anew only when nothing of it is seen for the stated wait, or when the gateway promises to know it again.
/// </summary>
internal sealed class Submission(
    SQLiteStorage storage, GpuEndpoints endpoints, WorkerInput input, AttemptFiles files, RunPodSettings settings, TimeProvider time)
{
    /// <summary>GPU work is the first link of every chain that has any.</summary>
    private const int GpuStep = 0;

    /// <summary>A stopped step still waits this long for the answer: the id in it is what the request can be cancelled by.</summary>
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(5);

    /// <summary>The newest attempt of the job; null before its first.</summary>
    public Attempt? Last(Job job) => storage.Read(connection => ((Db)connection).LastAttempt(job.Id, GpuStep));

    /// <summary>Sends a new attempt.</summary>
    /// <exception cref="GpuException">The provider refused it, or there were enough of them.</exception>
    public async Task<RequestFate> SendNewAsync(Turn turn, CancellationToken cancellationToken)
    {
        if (Commit(turn) is not { } attempt)
        {
            return RequestFate.NotSent;
        }

        Failpoint.Reach(FailpointNames.AttemptCommitted);
        try
        {
            return await SendAsync(turn, attempt, cancellationToken) switch
            {
                SubmitResult.Refused refused => throw Refused(attempt, refused),
                SubmitResult.Accepted => RequestFate.Known,
                _ => RequestFate.Unknown,
            };
        }
        catch (OperationCanceledException)
        {
            Refuse(attempt, "It was stopped before it was sent.");
            throw;
        }
    }

    /// <summary>Looks for a sign of an attempt whose fate is not known, and acts on it.</summary>
    public async Task<RequestFate> ResolveAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        if (await AdoptAsync(attempt, cancellationToken))
        {
            return RequestFate.Known;
        }

        if (await files.ClaimedRequestAsync(attempt, cancellationToken) is { } requestId)
        {
            Write(db => db.MarkSubmitted(attempt.Id, requestId, time.NowMicros()));
            return RequestFate.Known;
        }

        var health = await endpoints.Client(attempt.Endpoint).GetHealthAsync(cancellationToken);
        if (health.SubmitIsIdempotent)
        {
            return await ResendAsync(turn, attempt, cancellationToken);
        }

        return time.GetUtcNow() - attempt.CreatedAt < settings.UnknownFateWait
            ? RequestFate.Unknown
            : await ReplaceAsync(turn, attempt, AttemptReason.NoSignOfLife, cancellationToken);
    }

    /// <summary>Gives an attempt up, so that a late start of it ends unpaid, and sends a new one; unless its result has come at last.</summary>
    public async Task<RequestFate> ReplaceAsync(Turn turn, Attempt attempt, string reason, CancellationToken cancellationToken)
    {
        await files.SupersedeAsync(attempt, cancellationToken);
        Failpoint.Reach(FailpointNames.AttemptMarked);
        if (await AdoptAsync(attempt, cancellationToken))
        {
            return RequestFate.Known;
        }

        Write(db => db.MarkSuperseded(attempt.Id, reason, time.NowMicros()));
        return await SendNewAsync(turn, cancellationToken);
    }

    /// <summary>Takes over a result that is in the store already.</summary>
    public async Task<bool> AdoptAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (await files.ResultAsync(attempt, cancellationToken) is not { } result || WorkerResult.TryRead(result) is not { Superseded: false } parsed)
        {
            return false;
        }

        Write(db => db.MarkEnded(attempt.Id, AttemptState.Finished, time.NowMicros(), result, seconds: parsed.Seconds));
        return true;
    }

    /// <summary>Null when the job is no longer at this step: what is not committed is never sent, and what is, a cancel finds.</summary>
    private Attempt? Commit(Turn turn)
    {
        var job = turn.Job;
        using var unitOfWork = storage.BeginUnitOfWork();
        Db db = unitOfWork;
        if (!IsAt(db, turn))
        {
            return null;
        }

        if (db.Submissions(job.Id, GpuStep) >= settings.MaxSubmissions)
        {
            throw new GpuException($"It was sent to the GPU {settings.MaxSubmissions} times without a result (RunPod:MaxSubmissions).", canHeal: false);
        }

        var attempt = new Attempt
        {
            Id = Ids.New(time),
            JobId = job.Id,
            Step = GpuStep,
            Number = 1 + (db.LastAttempt(job.Id, GpuStep)?.Number ?? 0),
            State = AttemptState.Submitting,
            Endpoint = endpoints.NameFor(job.Quality),
            RequestId = null,
            Result = null,
            CreatedAt = time.GetUtcNow(),
        };
        db.Insert(attempt, db.NextReason(job.Id, GpuStep), InputHash(job));
        unitOfWork.Commit();
        return attempt;
    }

    private static bool IsAt(Db db, Turn turn) =>
        db.FindJob(turn.Job.Id) is { Status: JobStatus.Running } job && job.Step == turn.Row.Ordinal;

    /// <summary>Sends the same attempt again to a provider that knows it again. A refusal tells nothing of the first time.</summary>
    private async Task<RequestFate> ResendAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!storage.Read(connection => IsAt(connection, turn)))
        {
            return RequestFate.NotSent;
        }

        return await SendAsync(turn, attempt, cancellationToken) switch
        {
            SubmitResult.Refused refused => throw new GpuException(refused.Message, refused.CanHeal) { RetryAfter = refused.RetryAfter },
            SubmitResult.Accepted => RequestFate.Known,
            _ => RequestFate.Unknown,
        };
    }

    private async Task<SubmitResult> SendAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new GpuRequest(
            input.Write(turn.Job, turn.Parameters, attempt), settings.ExecutionTimeout, settings.TimeToLive, Webhook: null);
        using var hangUp = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var stop = cancellationToken.Register(() => hangUp.CancelAfter(AnswerGrace));
        var result = await endpoints.Client(attempt.Endpoint).SubmitAsync(request, hangUp.Token);
        Failpoint.Reach(FailpointNames.SubmissionAnswered);
        if (result is SubmitResult.Accepted accepted)
        {
            // Known at once and for ever, whatever becomes of this step's own commit.
            Write(db => db.MarkSubmitted(attempt.Id, accepted.RequestId, time.NowMicros()));
        }

        return result;
    }

    private GpuException Refused(Attempt attempt, SubmitResult.Refused refused)
    {
        Refuse(attempt, refused.Message);
        return new GpuException(refused.Message, refused.CanHeal) { RetryAfter = refused.RetryAfter };
    }

    private void Refuse(Attempt attempt, string error) =>
        Write(db => db.MarkEnded(attempt.Id, AttemptState.Refused, time.NowMicros(), error: error));

    private void Write(Action<Db> write)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        write(unitOfWork);
        unitOfWork.Commit();
    }

    private static string InputHash(Job job) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job.Parameters.GetRawText())));
}

/// <summary>What is known of a request after a step's try to send or find it.</summary>
internal enum RequestFate
{
    /// <summary>The provider has it, or its result is there.</summary>
    Known,

    /// <summary>It may run, and be charged.</summary>
    Unknown,

    /// <summary>The job has left the step meanwhile: nothing was sent.</summary>
    NotSent,
}

/// <summary>Why an attempt after the first was paid.</summary>
internal static class AttemptReason
{
    /// <summary>Nothing was seen of the one before for <see cref="RunPodSettings.UnknownFateWait"/>.</summary>
    public const string NoSignOfLife = "no_sign_of_life";

    /// <summary>The provider has not known the one before for that long, and the store has nothing of it.</summary>
    public const string LostWorker = "lost_worker";

    /// <summary>The job's owner asked for a retry after a failure.</summary>
    public const string UserRetry = "user_retry";
}
