using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Tells the provider that a job is cancelled, until it acknowledges or its request is over.</summary>
[Queue(StepQueues.Quick)]
internal sealed class CancelStep(
    SQLiteStorage storage, WorkFolders folders, GpuEndpoints endpoints, AttemptFiles files, JobTransitions transitions, RunPodSettings settings,
    TimeProvider time, ILogger<CancelStep> logger)
    : Step(storage, folders, logger)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    /// <summary>A request is over at the latest this long after its time to live and its run.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    protected override StepOutcome? OutOfPlace(Job job, StepRow row, IReadOnlyList<StepRow> rows) =>
        job is { Status: JobStatus.Canceled, Phase: JobPhase.Canceling } ? null : new Nothing("There is nothing to cancel at the provider.");

    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var open = Storage.Read(connection => ((Db)connection).OpenAttempts(turn.Job.Id));
        var sights = new List<Sight>();
        foreach (var attempt in open)
        {
            sights.Add(await EndAsync(attempt, cancellationToken));
        }

        var settled = sights.TrueForAll(sight => sight.IsOver);
        void Commit(SQLiteUnitOfWork unitOfWork)
        {
            sights.ForEach(sight => sight.Write?.Invoke(unitOfWork));
            if (settled)
            {
                transitions.SettleCancel(unitOfWork, turn.Job.Id);
            }
        }

        return settled
            ? new Done("The provider knows.") { Commit = Commit }
            : new Again(LookAgain, "Waiting for a sign of the request, to cancel it then.") { Commit = Commit };
    }

    private async Task<Sight> EndAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await TellAsync(attempt, cancellationToken);
        }
        catch (JobException) when (time.GetUtcNow() - attempt.CreatedAt > settings.TimeToLive + settings.ExecutionTimeout + Margin)
        {
            return Over(attempt, null); // whatever keeps failing, nothing is left to be cancelled
        }
    }

    private async Task<Sight> TellAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if ((attempt.RequestId ?? await files.ClaimedRequestAsync(attempt, cancellationToken)) is not { } requestId)
        {
            await files.SupersedeAsync(attempt, cancellationToken); // a worker that starts it finds this and ends unpaid
            return IsSilent(attempt.CreatedAt) ? Over(attempt, null) : new Sight(false, null);
        }

        var provider = endpoints.Client(attempt.Endpoint);
        if (await provider.CancelAsync(requestId, cancellationToken) != CancelResult.UnknownId)
        {
            return Over(attempt, (await provider.GetStatusAsync(requestId, cancellationToken)).ExecutionTime?.TotalSeconds);
        }

        return attempt.MissingSince is { } since && IsSilent(since)
            ? Over(attempt, null)
            : new Sight(false, db => db.MarkMissing(attempt.Id, time.NowMicros()));
    }

    /// <summary>A request that shows no sign for this long was never accepted, or is gone.</summary>
    private bool IsSilent(DateTimeOffset since) => time.GetUtcNow() - since > settings.UnknownFateWait;

    private Sight Over(Attempt attempt, double? seconds) =>
        new(true, db => db.MarkEnded(attempt.Id, AttemptState.Canceled, time.NowMicros(), seconds: seconds));

    /// <summary>What one look at a request found.</summary>
    /// <param name="IsOver">It is cancelled or over; else it may still start.</param>
    /// <param name="Write">What is to be written of it.</param>
    private sealed record Sight(bool IsOver, Action<Db>? Write);
}
