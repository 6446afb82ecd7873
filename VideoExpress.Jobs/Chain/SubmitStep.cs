using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Gets the job's GPU work to the provider, once.</summary>
[Queue(StepQueues.Quick)]
internal sealed class SubmitStep(
    SQLiteStorage storage, RunningSteps running, Submission submission, JobTransitions transitions, ILogger<SubmitStep> logger)
    : Step(storage, running, logger)
{
    private const string FateUnknown = "fate_unknown";
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var known = submission.Last(turn.Job) switch
        {
            null or { State: AttemptState.Refused or AttemptState.Superseded } => await submission.SendNewAsync(turn, AttemptReason.UserRetry, cancellationToken),
            { State: AttemptState.Submitting } attempt => await submission.ResolveAsync(turn, attempt, cancellationToken),
            _ => true, // accepted in a run of this step that did not live to hand on
        };
        return known
            ? new Done("The provider has it.") { Commit = unitOfWork => transitions.HandOn(unitOfWork, turn) }
            : new Again(LookAgain, "The answer was lost: looking for a sign of the request.")
            {
                Commit = unitOfWork => transitions.Advance(unitOfWork, turn, JobPhase.Submitting, turn.Link.From, FateUnknown),
            };
    }
}
