using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>
/// Makes results ours: takes the worker's files from the inbox, or the film from the scratch folder, checks them, and puts them,
/// with how they were made, under published keys. In a chain with a stitch the first Upload keeps raw takes, the last one publishes.
/// </summary>
[Queue(StepQueues.Media)]
internal sealed class UploadStep(
    SQLiteStorage storage, JobTransitions transitions, Delivery delivery, FilmMaker films, TimeProvider time, ILogger<UploadStep> logger)
    : Step(storage, transitions, logger)
{
    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var progress = new StepProgress(Storage, Transitions, turn, time, Logger);
        var (outputs, warnings) = turn.Before?.StepType == typeof(StitchStep)
            ? await delivery.PublishAsync(turn, await films.EnsureAsync(turn, progress, cancellationToken), progress, cancellationToken)
            : await delivery.CollectAsync(turn, progress, cancellationToken);
        return new Done(turn.IsLast ? "Published." : "The takes are kept.")
        {
            Commit = unitOfWork =>
            {
                if (!turn.IsLast && Transitions.HandOn(unitOfWork, turn, warnings))
                {
                    ((Db)unitOfWork).SetOutputs(turn.Job.Id, OutputTable.Take, outputs, time.NowMicros());
                }
                else if (turn.IsLast)
                {
                    Transitions.Succeed(unitOfWork, turn, outputs, warnings);
                }
            },
        };
    }
}
