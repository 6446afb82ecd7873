using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Makes the film with FFmpeg.</summary>
[Queue(StepQueues.Media)]
internal sealed class StitchStep(
    SQLiteStorage storage, WorkFolders folders, FilmMaker films, JobTransitions transitions, TimeProvider time, ILogger<StitchStep> logger)
    : Step(storage, folders, logger)
{
    protected override async Task<StepOutcome> DecideAsync(Turn turn, CancellationToken cancellationToken)
    {
        var film = await films.EnsureAsync(turn, new StepProgress(Storage, transitions, turn, time, Logger), cancellationToken);
        return new Done("The film is made.") { Commit = unitOfWork => transitions.HandOn(unitOfWork, turn, film.Warnings) };
    }
}
