using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Tells providers of requests that nobody waits for any longer, until they acknowledge or the requests are over.</summary>
[Queue(StepQueues.Quick)]
internal sealed class CancelStep(SQLiteStorage storage, JobTransitions transitions, Cancellation cancellation, ILogger<CancelStep> logger)
    : Step(storage, transitions, logger)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    protected override StepOutcome? OutOfPlace(Job job, StepRow row, IReadOnlyList<StepRow> rows) =>
        job.Phase == JobPhase.Canceling || Strays(job).Count > 0 ? null : new Nothing("There is nothing to cancel at the provider.");

    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var sights = new List<CancelSight>();
        JobException? failure = null;
        foreach (var attempt in Strays(turn.Job))
        {
            try
            {
                sights.Add(await cancellation.EndAsync(turn.Job, attempt, cancellationToken));
            }
            catch (JobException error)
            {
                failure = error; // one that cannot be told keeps none of the others at work
            }
        }

        if (failure is not null)
        {
            Storage.Write(db => sights.ForEach(sight => sight.Write?.Invoke(db)));
            throw failure;
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

    private List<Attempt> Strays(Job job) => Storage.Read(connection => ((Db)connection).StrayAttempts(job.Id));
}
