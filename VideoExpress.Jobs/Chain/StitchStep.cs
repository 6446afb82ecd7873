using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Makes the film with FFmpeg.</summary>
[Queue(StepQueues.Media)]
internal sealed class StitchStep(
    SQLiteStorage storage, JobTransitions transitions, FilmMaker films, TimeProvider time, ILogger<StitchStep> logger)
    : Step(storage, transitions, logger)
{
    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var film = await films.EnsureAsync(turn, new StepProgress(Storage, Transitions, turn, time, Logger), cancellationToken);
        return new Done("The film is made.") { Commit = unitOfWork => Transitions.HandOn(unitOfWork, turn, film.Warnings) };
    }
}
