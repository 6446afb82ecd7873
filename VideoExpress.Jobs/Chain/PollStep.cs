using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Looks once at the provider's request and comes back later; no thread waits for a GPU.</summary>
[Queue(StepQueues.Quick)]
internal sealed class PollStep(
    SQLiteStorage storage, WorkFolders folders, Submission submission, GpuEndpoints endpoints, PollPace pace, JobTransitions transitions,
    RunPodSettings settings, TimeProvider time, ILogger<PollStep> logger)
    : Step(storage, folders, logger)
{
    /// <summary>A provider may need this long to show a request that it has just accepted.</summary>
    private static readonly TimeSpan NotYetVisible = TimeSpan.FromSeconds(60);

    /// <summary>Beyond its time to live and this, a request can only be lost.</summary>
    private static readonly TimeSpan Overtime = TimeSpan.FromMinutes(30);

    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        switch (submission.Last(turn.Job))
        {
            case { State: AttemptState.Finished } attempt:
                return Finish(turn, attempt, null);
            case { State: AttemptState.Submitted } attempt:
                return await LookAsync(turn, attempt, cancellationToken);
            case { State: AttemptState.Submitting } attempt:
                return After(turn, await submission.ResolveAsync(turn, attempt, cancellationToken));
            default:
                return After(turn, await submission.SendNewAsync(turn, cancellationToken));
        }
    }

    private async Task<StepOutcome> LookAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        var age = time.GetUtcNow() - attempt.CreatedAt;
        var mayRun = age <= settings.TimeToLive + Overtime;
        var status = await endpoints.Client(attempt.Endpoint).GetStatusAsync(attempt.RequestId!, cancellationToken);
        switch (status.State)
        {
            case GpuState.InQueue when mayRun:
                return LookAgain(turn, JobPhase.InGpuQueue, turn.Link.From, write: db => db.MarkSeen(attempt.Id));
            case GpuState.InProgress when mayRun:
                var phase = status.Progress is null ? JobPhase.ColdStart : JobPhase.Generating;
                return LookAgain(turn, phase, turn.Link.ProgressAt((status.Progress ?? 0) / 100.0), write: db => db.MarkSeen(attempt.Id));
            case GpuState.NotFound when age < NotYetVisible:
                return LookAgain(turn, JobPhase.InGpuQueue, turn.Link.From);
            case GpuState.Completed when status.Output is { } output && WorkerResult.TryRead(output) is { Superseded: false } result && HasFiles(result):
                return Finish(turn, attempt, status);
        }

        // Whatever else the provider says, a result in the store is paid for and ours.
        if (await submission.AdoptAsync(attempt, cancellationToken))
        {
            return Finish(turn, attempt, null);
        }

        return status.State == GpuState.NotFound && mayRun
            ? await MissAsync(turn, attempt, cancellationToken)
            : EndWithoutResult(attempt, status);
    }

    /// <summary>The provider does not know the request. That may pass, so only when it has lasted is the request paid again.</summary>
    private async Task<StepOutcome> MissAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return now - (attempt.MissingSince ?? now) < settings.UnknownFateWait
            ? LookAgain(
                turn, turn.Job.Phase ?? JobPhase.InGpuQueue, turn.Link.From, HeldReason.FateUnknown,
                db => db.MarkMissing(attempt.Id, Micros.From(now)))
            : After(turn, await submission.ReplaceAsync(turn, attempt, AttemptReason.LostWorker, cancellationToken));
    }

    private StepOutcome After(Turn turn, RequestFate fate) => fate switch
    {
        RequestFate.Known => LookAgain(turn, JobPhase.InGpuQueue, turn.Link.From),
        RequestFate.NotSent => new Nothing("The job has left this step."),
        _ => LookAgain(turn, JobPhase.Submitting, turn.Link.From, HeldReason.FateUnknown),
    };

    private static string Sentence(GpuStatus status) => status.State switch
    {
        GpuState.Completed => "The worker finished without a file: the provider may have refused its result.",
        GpuState.Cancelled => "The request was cancelled at the provider.",
        GpuState.TimedOut => status.Error ?? "The request expired at the provider before a worker finished it.",
        GpuState.InQueue or GpuState.InProgress or GpuState.NotFound =>
            "The request is lost: it is past its time at the provider, which has neither a result nor an error of it.",
        _ => status.Error ?? "The worker failed without a message.",
    };

    private StepOutcome EndWithoutResult(Attempt attempt, GpuStatus status)
    {
        var sentence = Sentence(status);
        using var unitOfWork = Storage.BeginUnitOfWork();
        ((Db)unitOfWork).MarkEnded(attempt.Id, AttemptState.Failed, time.NowMicros(), error: sentence, seconds: status.ExecutionTime?.TotalSeconds);
        unitOfWork.Commit();
        throw new GpuException(sentence, canHeal: false);
    }

    private static bool HasFiles(WorkerResult result) => result.Files.Count > 0 || result.VideoUrl is not null;

    private Done Finish(Turn turn, Attempt attempt, GpuStatus? status) => new("The worker has finished.")
    {
        Commit = unitOfWork =>
        {
            if (transitions.HandOn(unitOfWork, turn) && status is not null)
            {
                ((Db)unitOfWork).MarkEnded(
                    attempt.Id, AttemptState.Finished, time.NowMicros(), status.Output, seconds: status.ExecutionTime?.TotalSeconds);
            }
        },
    };

    private Again LookAgain(Turn turn, string phase, int progress, string? heldReason = null, Action<Db>? write = null) => new(pace.Next(phase), phase)
    {
        Commit = unitOfWork =>
        {
            transitions.Advance(unitOfWork, turn, phase, progress, heldReason);
            ((Db)unitOfWork).ClearTries(turn.Job.Id, turn.Row.Ordinal);
            write?.Invoke(unitOfWork);
        },
    };
}
