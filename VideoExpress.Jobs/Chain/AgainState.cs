using Hangfire.States;

namespace VideoExpress.Jobs.Chain;

/// <summary>Scheduled, with what the step decided: the decision travels to the filter that commits it.</summary>
internal sealed class AgainState : ScheduledState
{
    public AgainState(StepOutcome outcome, DateTimeOffset at)
        : base(at.UtcDateTime)
    {
        Outcome = outcome;
        Reason = outcome.Summary;
    }

    [Newtonsoft.Json.JsonIgnore]
    public StepOutcome Outcome { get; }
}
