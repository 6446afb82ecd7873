using System.Security.Cryptography;
using System.Text;
using VideoExpress.Jobs.Data;
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

    /// <summary>The newest attempt of the job; null before its first.</summary>
    public Attempt? Last(Job job) => storage.Read(connection => ((Db)connection).LastAttempt(job.Id, GpuStep));

    /// <summary>Sends a new attempt.</summary>
    /// <returns>True when the provider has accepted it; false when its fate is not known.</returns>
    /// <exception cref="GpuException">The provider refused it, or there were enough of them.</exception>
    public async Task<bool> SendNewAsync(Turn turn, string? reason, CancellationToken cancellationToken)
    {
        var attempt = Commit(turn.Job, reason);
        return await SendAsync(turn, attempt, cancellationToken);
    }

    /// <summary>Looks for a sign of an attempt whose fate is not known, and acts on it.</summary>
    /// <returns>True once the provider is known to have the attempt, or its result is there.</returns>
    public async Task<bool> ResolveAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        if (await AdoptAsync(attempt, cancellationToken))
        {
            return true;
        }

        if (await files.ClaimedRequestAsync(attempt, cancellationToken) is { } requestId)
        {
            Write(db => db.MarkSubmitted(attempt.Id, requestId, time.NowMicros()));
            return true;
        }

        var health = await endpoints.Client(attempt.Endpoint).GetHealthAsync(cancellationToken);
        if (health.SubmitIsIdempotent)
        {
            return await SendAsync(turn, attempt, cancellationToken);
        }

        if (time.GetUtcNow() - attempt.CreatedAt < settings.UnknownFateWait)
        {
            return false;
        }

        await GiveUpAsync(attempt, cancellationToken);
        return await SendNewAsync(turn, AttemptReason.NoSignOfLife, cancellationToken);
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

    /// <summary>Ends an attempt that shows no sign of life, so that a late start of it ends unpaid.</summary>
    public async Task GiveUpAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        await files.SupersedeAsync(attempt, cancellationToken);
        Write(db => db.MarkEnded(attempt.Id, AttemptState.Superseded, time.NowMicros()));
    }

    private Attempt Commit(Job job, string? reason)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        Db db = unitOfWork;
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
        db.Insert(attempt, attempt.Number == 1 ? null : reason, InputHash(job));
        unitOfWork.Commit();
        return attempt;
    }

    private async Task<bool> SendAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        var request = new GpuRequest(
            input.Write(turn.Job, turn.Parameters, attempt), settings.ExecutionTimeout, settings.TimeToLive, Webhook: null);
        switch (await endpoints.Client(attempt.Endpoint).SubmitAsync(request, cancellationToken))
        {
            case SubmitResult.Accepted accepted:
                // Known at once and for ever, whatever becomes of this step's own commit.
                Write(db => db.MarkSubmitted(attempt.Id, accepted.RequestId, time.NowMicros()));
                return true;
            case SubmitResult.Refused refused:
                Write(db => db.MarkEnded(attempt.Id, AttemptState.Refused, time.NowMicros(), error: refused.Message));
                throw new GpuException(refused.Message, refused.CanHeal) { RetryAfter = refused.RetryAfter };
            default:
                return false;
        }
    }

    private void Write(Action<Db> write)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        write(unitOfWork);
        unitOfWork.Commit();
    }

    private static string InputHash(Job job) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job.Parameters.GetRawText())));
}

/// <summary>Why an attempt after the first was paid.</summary>
internal static class AttemptReason
{
    /// <summary>Nothing was seen of the one before for <see cref="RunPodSettings.UnknownFateWait"/>.</summary>
    public const string NoSignOfLife = "no_sign_of_life";

    /// <summary>The provider no longer knows the one before, and the store has nothing of it.</summary>
    public const string LostWorker = "lost_worker";

    /// <summary>The job's owner asked for a retry after a failure.</summary>
    public const string UserRetry = "user_retry";
}
