using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Gets the job's GPU work to the provider, once.</summary>
[Queue(StepQueues.Quick)]
internal sealed class SubmitStep(
    SQLiteStorage storage, JobTransitions transitions, Submission submission, Reconciliation reconciliation, PollPace pace, ILogger<SubmitStep> logger)
    : Step(storage, transitions, logger)
{
    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var fate = await reconciliation.CurrentAsync(turn.Job, cancellationToken) switch
        {
            null or { State: AttemptState.Refused or AttemptState.Superseded } => await submission.SendNewAsync(turn, cancellationToken),
            { State: AttemptState.Submitting } attempt => await reconciliation.ResolveAsync(turn, attempt, cancellationToken),
            _ => RequestFate.Known, // accepted in a run of this step that did not live to hand on
        };
        return fate switch
        {
            RequestFate.Known => new Done("The provider has it.") { Commit = unitOfWork => Transitions.HandOn(unitOfWork, turn) },
            RequestFate.NotSent => new Nothing("The job has left this step."),
            RequestFate.Held => LookAgain(turn, JobPhase.Held, "Held: nothing was seen of the request."),
            _ => LookAgain(turn, JobPhase.Submitting, "The answer was lost: looking for a sign of the request."),
        };
    }

    private Again LookAgain(Turn turn, string phase, string summary) => new(pace.Next(phase), summary)
    {
        Commit = unitOfWork => Transitions.Advance(unitOfWork, turn, phase, turn.Link.From, HeldReason.FateUnknown),
    };
}
