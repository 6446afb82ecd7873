using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Tells the provider that a job is cancelled, until it acknowledges or its request is over.</summary>
[Queue(StepQueues.Quick)]
internal sealed class CancelStep(SQLiteStorage storage, JobTransitions transitions, Cancellation cancellation, ILogger<CancelStep> logger)
    : Step(storage, transitions, logger)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    protected override StepOutcome? OutOfPlace(Job job, StepRow row, IReadOnlyList<StepRow> rows) =>
        job is { Status: JobStatus.Canceled, Phase: JobPhase.Canceling } ? null : new Nothing("There is nothing to cancel at the provider.");

    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var open = Storage.Read(connection => ((Db)connection).OpenAttempts(turn.Job.Id));
        var sights = new List<CancelSight>();
        foreach (var attempt in open)
        {
            sights.Add(await cancellation.EndAsync(attempt, cancellationToken));
        }

        var settled = sights.TrueForAll(sight => sight.IsOver);
        void Commit(SQLiteUnitOfWork unitOfWork)
        {
            sights.ForEach(sight => sight.Write?.Invoke(unitOfWork));
            if (settled)
            {
                Transitions.SettleCancel(unitOfWork, turn.Job.Id);
            }
        }

        return settled
            ? new Done("The provider knows.") { Commit = Commit }
            : new Again(LookAgain, "Waiting for a sign of the request, to cancel it then.") { Commit = Commit };
    }
}
