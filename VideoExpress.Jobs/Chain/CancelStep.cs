using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Tells the provider that a job is cancelled, until it acknowledges or its request is over.</summary>
[Queue(StepQueues.Quick)]
internal sealed class CancelStep(
    SQLiteStorage storage, RunningSteps running, GpuEndpoints endpoints, AttemptFiles files, JobTransitions transitions, RunPodSettings settings,
    TimeProvider time, ILogger<CancelStep> logger)
    : Step(storage, running, logger)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    protected override StepOutcome? OutOfPlace(Job job, StepRow row, IReadOnlyList<StepRow> rows) =>
        job is { Status: JobStatus.Canceled, Phase: JobPhase.Canceling } ? null : new Nothing("There is nothing to cancel at the provider.");

    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var open = Storage.Read(connection => ((Db)connection).OpenAttempts(turn.Job.Id));
        var ended = new List<(Attempt Attempt, double? Seconds)>();
        foreach (var attempt in open)
        {
            if (await EndAsync(attempt, cancellationToken) is { } end)
            {
                ended.Add((attempt, end.Seconds));
            }
        }

        var settled = ended.Count == open.Count;
        void Commit(SQLiteUnitOfWork unitOfWork)
        {
            ended.ForEach(end => ((Db)unitOfWork).MarkEnded(end.Attempt.Id, AttemptState.Canceled, time.NowMicros(), seconds: end.Seconds));
            if (settled)
            {
                transitions.SettleCancel(unitOfWork, turn.Job.Id);
            }
        }

        return settled
            ? new Done("The provider knows.") { Commit = Commit }
            : new Again(LookAgain, "Waiting for a sign of the request, to cancel it then.") { Commit = Commit };
    }

    /// <summary>Null while the request may still start; else it is cancelled or over, with the seconds that the provider measured.</summary>
    private async Task<AttemptEnd?> EndAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        // A request that shows no sign for this long was never accepted, or is gone.
        var silent = time.GetUtcNow() - attempt.CreatedAt > settings.UnknownFateWait ? new AttemptEnd(null) : null;
        if ((attempt.RequestId ?? await files.ClaimedRequestAsync(attempt, cancellationToken)) is not { } requestId)
        {
            await files.SupersedeAsync(attempt, cancellationToken); // a worker that starts it finds this and ends unpaid
            return silent;
        }

        var provider = endpoints.Client(attempt.Endpoint);
        return await provider.CancelAsync(requestId, cancellationToken) == CancelResult.UnknownId
            ? silent
            : new AttemptEnd((await provider.GetStatusAsync(requestId, cancellationToken)).ExecutionTime?.TotalSeconds);
    }

    private sealed record AttemptEnd(double? Seconds);
}
