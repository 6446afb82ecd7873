using Hangfire.States;
using VideoExpress.Jobs.Data;

namespace VideoExpress.Jobs.Chain;

/// <summary>What a provider tells while a step is looking: the look may have begun too early to see it.</summary>
internal static class News
{
    /// <summary>A step that would come back later comes back at once, when more was told until its commit than before its look.</summary>
    public static StepOutcome ButAtOnceWhenToldMore(this StepOutcome outcome, Turn turn, int toldBefore) => outcome is not Again ? outcome : outcome with
    {
        Commit = unitOfWork =>
        {
            outcome.Commit?.Invoke(unitOfWork);
            if (((Db)unitOfWork).WebhooksOf(turn.Job.Id) > toldBefore)
            {
                unitOfWork.ChangeState(turn.Row.HangfireId, new EnqueuedState { Reason = "The provider told more meanwhile." }, ScheduledState.StateName);
            }
        },
    };
}
