using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Gpu.Webhooks;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// Sends a job's GPU step to its provider: the attempt is committed before the request goes out, so that no request is ever out that the
/// ledger does not know of.
/// </summary>
internal sealed class Submission(
    SQLiteStorage storage, GpuEndpoints endpoints, WorkerInput input, ForgottenAttempts forgotten, WebhookAddress webhooks, RunPodSettings settings,
    TimeProvider time)
{
    /// <summary>GPU work is the first link of every chain that has any.</summary>
    public const int GpuStep = 0;

    /// <summary>At pauses of five minutes about a day.</summary>
    private const int MaxRefusals = 300;

    /// <summary>A stopped step still waits this long for the answer: the id in it is what the request can be cancelled by.</summary>
    private static readonly TimeSpan AnswerGrace = TimeSpan.FromSeconds(5);

    /// <summary>Sends a new attempt, unless the store has one that the ledger does not know.</summary>
    /// <exception cref="GpuException">The provider refused it, or there were enough of them.</exception>
    public async Task<RequestFate> SendNewAsync(Turn turn, CancellationToken cancellationToken)
    {
        if (turn.Job.Quality == JobQuality.Final && !endpoints.HasProvider)
        {
            throw new GpuException("Quality final needs a GPU, and none is configured any more (RUNPOD_ENDPOINT).", canHeal: false);
        }

        if (await forgotten.EnterAsync(turn, cancellationToken))
        {
            return RequestFate.Unknown;
        }

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

    /// <summary>Sends the same attempt again to a provider that knows it again. A refusal tells nothing of the first time.</summary>
    /// <exception cref="GpuException">The provider refused it.</exception>
    public async Task<RequestFate> ResendAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!storage.Read(connection => turn.IsStill(connection)))
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

    /// <summary>Null when the job is no longer at this step: what is not committed is never sent, and what is, a cancel finds.</summary>
    private Attempt? Commit(Turn turn)
    {
        var job = turn.Job;
        using var unitOfWork = storage.BeginUnitOfWork();
        Db db = unitOfWork;
        if (!turn.IsStill(db))
        {
            return null;
        }

        var reason = db.NextReason(job.Id, GpuStep);
        if (reason != AttemptReason.UserRetry && db.Submissions(job.Id, GpuStep) >= settings.MaxSubmissions)
        {
            throw new GpuException($"It was sent to the GPU {settings.MaxSubmissions} times without a result (RunPod:MaxSubmissions).", canHeal: false);
        }

        var attempt = new Attempt
        {
            Id = Ids.New(time),
            JobId = job.Id,
            Step = GpuStep,
            Number = db.NextNumber(job.Id, GpuStep),
            Reason = reason,
            State = AttemptState.Submitting,
            Endpoint = endpoints.NameFor(job.Quality),
            RequestId = null,
            Result = null,
            CreatedAt = time.GetUtcNow(),
        };
        db.Insert(attempt, job);
        unitOfWork.Commit();
        return attempt;
    }

    private async Task<SubmitResult> SendAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var limits = settings.LimitsFor(turn.Job.Type);
        var request = new GpuRequest(
            input.Write(turn.Job, turn.Parameters, attempt), limits.ExecutionTimeout, limits.TimeToLive, webhooks.Of(attempt));
        using var hangUp = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var stop = cancellationToken.Register(() => hangUp.CancelAfter(AnswerGrace));
        var result = await endpoints.Client(attempt.Endpoint).SubmitAsync(request, hangUp.Token);
        Failpoint.Reach(FailpointNames.SubmissionAnswered);
        if (result is SubmitResult.Accepted accepted)
        {
            // Known at once and for ever, whatever becomes of this step's own commit.
            storage.Write(db => db.MarkSubmitted(attempt.Id, accepted.RequestId, time.NowMicros()));
        }

        return result;
    }

    private GpuException Refused(Attempt attempt, SubmitResult.Refused refused)
    {
        Refuse(attempt, refused.Message);

        // Nothing is lost by waiting for a provider that cannot be reached, or takes no more for now.
        return new GpuException(refused.Message, refused.CanHeal) { RetryAfter = refused.RetryAfter, TriesAtMost = MaxRefusals };
    }

    private void Refuse(Attempt attempt, string error) =>
        storage.Write(db => db.MarkEnded(attempt.Id, AttemptState.Refused, time.NowMicros(), error: error));
}

/// <summary>What is known of a request after a step's try to send or find it.</summary>
internal enum RequestFate
{
    /// <summary>The provider has it, or its result is there.</summary>
    Known,

    /// <summary>It may run, and be charged.</summary>
    Unknown,

    /// <summary>It showed no sign for the stated wait, and its owner wants to be asked before another one is paid.</summary>
    Held,

    /// <summary>The job has left the step meanwhile: nothing was sent.</summary>
    NotSent,
}

/// <summary>Why an attempt after the first was paid.</summary>
internal static class AttemptReason
{
    /// <summary>Nothing was seen of the one before for <see cref="RunPodSettings.UnknownFateWait"/>, or its endpoint was seen to be empty.</summary>
    public const string NoSignOfLife = "no_sign_of_life";

    /// <summary>The provider lost the one before, and the store has nothing of it.</summary>
    public const string LostWorker = "lost_worker";

    /// <summary>The job's owner asked for a retry after a failure.</summary>
    public const string UserRetry = "user_retry";
}
