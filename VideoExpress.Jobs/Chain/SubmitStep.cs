using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Gets the job's GPU work to the provider, once.</summary>
[Queue(StepQueues.Quick)]
internal sealed class SubmitStep(
    SQLiteStorage storage, JobTransitions transitions, Submission submission, PollPace pace, ILogger<SubmitStep> logger)
    : Step(storage, transitions, logger)
{
    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var fate = submission.Last(turn.Job) switch
        {
            null or { State: AttemptState.Refused or AttemptState.Superseded } => await submission.SendNewAsync(turn, cancellationToken),
            { State: AttemptState.Submitting } attempt => await submission.ResolveAsync(turn, attempt, cancellationToken),
            _ => RequestFate.Known, // accepted in a run of this step that did not live to hand on
        };
        return fate switch
        {
            RequestFate.Known => new Done("The provider has it.") { Commit = unitOfWork => Transitions.HandOn(unitOfWork, turn) },
            RequestFate.NotSent => new Nothing("The job has left this step."),
            _ => new Again(pace.Next(JobPhase.Submitting), "The answer was lost: looking for a sign of the request.")
            {
                Commit = unitOfWork => Transitions.Advance(unitOfWork, turn, JobPhase.Submitting, turn.Link.From, HeldReason.FateUnknown),
            },
        };
    }
}
