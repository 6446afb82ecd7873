using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Looks once at the provider's request and comes back later; no thread waits for a GPU.</summary>
[Queue(StepQueues.Quick)]
internal sealed class PollStep(
    SQLiteStorage storage, RunningSteps running, Submission submission, GpuEndpoints endpoints, PollPace pace, JobTransitions transitions,
    TimeProvider time, ILogger<PollStep> logger)
    : Step(storage, running, logger)
{
    /// <summary>A provider may need this long to show a request that it has just accepted.</summary>
    private static readonly TimeSpan NotYetVisible = TimeSpan.FromSeconds(60);

    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        switch (submission.Last(turn.Job))
        {
            case { State: AttemptState.Finished } attempt:
                return Finish(turn, attempt, null);
            case { State: AttemptState.Submitted } attempt:
                return await LookAsync(turn, attempt, cancellationToken);
            case { State: AttemptState.Submitting } attempt:
                await submission.ResolveAsync(turn, attempt, cancellationToken);
                return LookAgain(turn, JobPhase.Submitting, turn.Link.From);
            default:
                await submission.SendNewAsync(turn, AttemptReason.UserRetry, cancellationToken);
                return LookAgain(turn, JobPhase.InGpuQueue, turn.Link.From);
        }
    }

    private async Task<StepOutcome> LookAsync(Turn turn, Attempt attempt, CancellationToken cancellationToken)
    {
        if (attempt.RequestId is null)
        {
            return await submission.AdoptAsync(attempt, cancellationToken) ? Finish(turn, attempt, null) : LookAgain(turn, JobPhase.Generating, turn.Link.From);
        }

        var status = await endpoints.Client(attempt.Endpoint).GetStatusAsync(attempt.RequestId, cancellationToken);
        switch (status.State)
        {
            case GpuState.InQueue:
                return LookAgain(turn, JobPhase.InGpuQueue, turn.Link.From);
            case GpuState.InProgress:
                var phase = status.Progress is null ? JobPhase.ColdStart : JobPhase.Generating;
                return LookAgain(turn, phase, turn.Link.ProgressAt((status.Progress ?? 0) / 100.0));
            case GpuState.NotFound when time.GetUtcNow() - attempt.CreatedAt < NotYetVisible:
                return LookAgain(turn, JobPhase.InGpuQueue, turn.Link.From);
            case GpuState.Completed when status.Output is { } output && WorkerResult.TryRead(output) is { Superseded: false } result && HasFiles(result):
                return Finish(turn, attempt, status);
        }

        // Whatever else the provider says, a result in the store is paid for and ours.
        return await submission.AdoptAsync(attempt, cancellationToken)
            ? Finish(turn, attempt, null)
            : await EndWithoutResultAsync(turn, attempt, status, cancellationToken);
    }

    private async Task<StepOutcome> EndWithoutResultAsync(Turn turn, Attempt attempt, GpuStatus status, CancellationToken cancellationToken)
    {
        if (status.State == GpuState.NotFound)
        {
            await submission.GiveUpAsync(attempt, cancellationToken);
            await submission.SendNewAsync(turn, AttemptReason.LostWorker, cancellationToken);
            return LookAgain(turn, JobPhase.InGpuQueue, turn.Link.From);
        }

        var sentence = status.State switch
        {
            GpuState.Completed => "The worker finished without a file: the provider may have refused its result.",
            GpuState.Cancelled => "The request was cancelled at the provider.",
            GpuState.TimedOut => status.Error ?? "The request expired at the provider before a worker finished it.",
            _ => status.Error ?? "The worker failed without a message.",
        };
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

    private Again LookAgain(Turn turn, string phase, int progress) => new(pace.Next(phase), phase)
    {
        Commit = unitOfWork =>
        {
            transitions.Advance(unitOfWork, turn, phase, progress);
            ((Db)unitOfWork).ClearTries(turn.Job.Id, turn.Row.Ordinal);
        },
    };
}
