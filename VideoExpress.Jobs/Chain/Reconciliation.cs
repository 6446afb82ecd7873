using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// Finds out what became of attempts whose answer was lost, and never pays twice for want of patience: a new one is sent only when the old
/// one has shown no sign for the stated wait, or its endpoint is seen to be empty, or the gateway promises to know it again.
/// </summary>
internal sealed class Reconciliation(
    SQLiteStorage storage, Submission submission, SignsOfLife signs, AttemptFiles files, Silence silence, RunPodSettings settings, TimeProvider time)
{
    /// <summary>
    /// The attempt that counts: the one that has finished, also when it had been given up and finished all the same; else the newest; null
    /// before the first.
    /// </summary>
    public async Task<Attempt?> CurrentAsync(Job job, CancellationToken cancellationToken)
    {
        foreach (var attempt in storage.Read(connection => ((Db)connection).AttemptsOf(job.Id, Submission.GpuStep)))
        {
            if (attempt.State == AttemptState.Superseded && await signs.AdoptResultAsync(job, attempt, cancellationToken))
            {
                break;
            }
        }

        return storage.Read(connection => ((Db)connection).CurrentAttempt(job.Id));
    }

    /// <summary>Looks for a sign of an attempt whose fate is not known, and acts on it.</summary>
    /// <exception cref="GpuException">A new attempt was sent, and refused.</exception>
    public async Task<RequestFate> ResolveAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        if (await signs.AdoptResultAsync(turn.Job, attempt, cancellationToken) || await signs.AdoptRequestAsync(attempt, cancellationToken))
        {
            return RequestFate.Known;
        }

        return await silence.ListenAsync(attempt, cancellationToken) switch
        {
            Silent.NotYet => RequestFate.Unknown,
            Silent.ButKnownAgain => await submission.ResendAsync(turn, attempt, cancellationToken),
            _ when settings.OnUnknownFate == UnknownFate.Hold => RequestFate.Held,
            _ => await ReplaceAsync(turn, attempt, AttemptReason.NoSignOfLife, seconds: null, cancellationToken),
        };
    }

    /// <summary>Gives an attempt up, so that a late start of it ends unpaid, and sends a new one; unless its result has come at last.</summary>
    /// <param name="turn">Whose it is.</param>
    /// <param name="attempt">The old one.</param>
    /// <param name="reason">Why the new one is paid.</param>
    /// <param name="seconds">What the old one was charged for, if the provider said so.</param>
    /// <param name="cancellationToken">Stops it between two effects.</param>
    /// <exception cref="GpuException">The new one was refused.</exception>
    public async Task<RequestFate> ReplaceAsync(
        Turn turn, Attempt attempt, string reason, double? seconds, CancellationToken cancellationToken)
    {
        await files.SupersedeAsync(attempt, cancellationToken);
        Failpoint.Reach(FailpointNames.AttemptMarked);
        if (await signs.AdoptResultAsync(turn.Job, attempt, cancellationToken))
        {
            return RequestFate.Known;
        }

        storage.Write(db => db.MarkSuperseded(attempt.Id, reason, time.NowMicros(), seconds));
        return await submission.SendNewAsync(turn, cancellationToken);
    }
}
