using System.Text.Json.Serialization;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// What a step decided. Its effect on the application's rows is committed in the very transaction that moves the background job.
/// </summary>
/// <param name="Summary">A few words for the dashboard.</param>
internal abstract record StepOutcome(string Summary)
{
    /// <summary>The writes; they check again that the job still stands where the step found it.</summary>
    [JsonIgnore, Newtonsoft.Json.JsonIgnore]
    public Action<SQLiteUnitOfWork>? Commit { get; init; }
}

/// <summary>The step is done; the next one starts in the same commit.</summary>
internal sealed record Done(string Summary) : StepOutcome(Summary);

/// <summary>Run this step again later; no failure.</summary>
internal sealed record Again(TimeSpan Delay, string Summary) : StepOutcome(Summary);

/// <summary>There was nothing to do: the job is over, or it is past this step.</summary>
internal sealed record Nothing(string Summary) : StepOutcome(Summary);

/// <summary>The step was started before its turn: it goes back to waiting for its parent.</summary>
internal sealed record OutOfTurn(string ParentId) : StepOutcome("It is not this step's turn.");
