using Microsoft.Extensions.Logging;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Writes a long step's progress (0 to 1 of its own work) to the job's row: when a per cent is gained, at most twice a second.</summary>
internal sealed partial class StepProgress(SQLiteStorage storage, JobTransitions transitions, Turn turn, TimeProvider time, ILogger logger)
    : IProgress<double>
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly Lock _gate = new();
    private int _written = turn.Job.Progress;
    private long _writtenAt;

    public void Report(double value)
    {
        lock (_gate)
        {
            // The last per cent belongs to the commit that hands on.
            var progress = Math.Min(turn.Link.ProgressAt(value), turn.Link.To - 1);
            if (progress <= _written || (_writtenAt != 0 && time.GetElapsedTime(_writtenAt) < Pause))
            {
                return;
            }

            (_written, _writtenAt) = (progress, time.GetTimestamp());
            Write(progress);
        }
    }

    /// <summary>Progress is decoration: a full disk must not end the work here, nor the process, since FFmpeg's output calls this.</summary>
    private void Write(int progress)
    {
        try
        {
            using var unitOfWork = storage.BeginUnitOfWork();
            transitions.Advance(unitOfWork, turn, turn.Link.Phase, progress);
            unitOfWork.Commit();
        }
        catch (Exception error)
        {
            LogLost(progress, error);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Progress of {Progress} % could not be written")]
    private partial void LogLost(int progress, Exception exception);
}
