using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Looks once at the provider's request and comes back later; no thread waits for a GPU.</summary>
[Queue(StepQueues.Poll)]
internal sealed class PollStep(
    SQLiteStorage storage, JobTransitions transitions, Submission submission, Reconciliation reconciliation, StatusCheck check, PollPace pace,
    ILogger<PollStep> logger)
    : Step(storage, transitions, logger)
{
    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken) =>
        await reconciliation.CurrentAsync(turn.Job, cancellationToken) switch
        {
            { State: AttemptState.Finished } => Finish(turn),
            { State: AttemptState.Submitted } attempt => await LookAsync(turn, attempt, cancellationToken),
            { State: AttemptState.Submitting } attempt => After(turn, await reconciliation.ResolveAsync(turn, attempt, cancellationToken)),

            // Its failure was written, and the job's was not: the process ended between the two. Only its owner has another one paid.
            { State: AttemptState.Failed or AttemptState.Canceled, GivenUp: null } attempt =>
                throw new GpuException(attempt.Error ?? "The request was cancelled at the provider.", canHeal: false),
            _ => After(turn, await submission.SendNewAsync(turn, cancellationToken)),
        };

    private async Task<StepOutcome> LookAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        var finding = await check.LookAsync(turn.Job, attempt, cancellationToken);
        return finding switch
        {
            Finding.AtWork found => LookAgain(turn, found.Phase, turn.Link.ProgressAt(found.Share), attempt, write: found.Write),
            Finding.Missing => LookAgain(turn, Phase(turn), turn.Link.From, attempt, HeldReason.FateUnknown, finding.Write),
            Finding.Held => LookAgain(turn, JobPhase.Held, turn.Link.From, attempt, HeldReason.FateUnknown, finding.Write),
            Finding.Away away => LookAgain(turn, Phase(turn), turn.Link.From, attempt, HeldReason.Retrying(away.Error), atLeast: away.RetryAfter),
            Finding.Lost lost => After(
                turn, await reconciliation.ReplaceAsync(turn, attempt, AttemptReason.LostWorker, lost.Seconds, cancellationToken)),
            Finding.Failed failed => throw Fail(failed),
            _ => Finish(turn, finding.Write),
        };
    }

    private static string Phase(Turn turn) => turn.Job.Phase ?? JobPhase.InGpuQueue;

    private StepOutcome After(Turn turn, RequestFate fate) => fate switch
    {
        RequestFate.Known => LookAgain(turn, JobPhase.InGpuQueue, turn.Link.From),
        RequestFate.NotSent => new Nothing("The job has left this step."),
        RequestFate.Held => LookAgain(turn, JobPhase.Held, turn.Link.From, heldReason: HeldReason.FateUnknown),
        _ => LookAgain(turn, JobPhase.Submitting, turn.Link.From, heldReason: HeldReason.FateUnknown),
    };

    private GpuException Fail(Finding.Failed failed)
    {
        Storage.Write(db => failed.Write?.Invoke(db));
        return new GpuException(failed.Error, canHeal: false);
    }

    private Done Finish(Turn turn, Action<Db>? write = null) => new("The worker has finished.")
    {
        Commit = unitOfWork =>
        {
            if (Transitions.HandOn(unitOfWork, turn))
            {
                write?.Invoke(unitOfWork);
                unitOfWork.CancelStrays(turn.Job.Id);
            }
        },
    };

    private Again LookAgain(
        Turn turn, string phase, int progress, Attempt? attempt = null, string? heldReason = null, Action<Db>? write = null, TimeSpan? atLeast = null)
    {
        var pause = pace.Next(phase, attempt);
        return new Again(atLeast > pause ? atLeast.Value : pause, phase)
        {
            Commit = unitOfWork =>
            {
                Transitions.Advance(unitOfWork, turn, phase, progress, heldReason);
                ((Db)unitOfWork).ClearTries(turn.Job.Id, turn.Row.Ordinal);
                write?.Invoke(unitOfWork);
            },
        };
    }
}
