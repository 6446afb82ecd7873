using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>
/// Removes what workers put into the inbox once it is of no more use: no URL lets anybody put there again, and the job has published it or
/// will never need it. A FAILED job's result stays as long as the job, since a retry publishes it without paying again.
/// </summary>
internal sealed class InboxSweep(SQLiteStorage storage, Removal removal, RunPodSettings gpu, TimeProvider time)
{
    /// <summary>A worker's clock may be behind, and an upload that has begun in time may end later.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    private const int Batch = 500;

    /// <summary>Sweeps the inboxes of all attempts that are over; what cannot be swept is noted and waits for the next pass.</summary>
    /// <returns>How many, and how many bytes went.</returns>
    public async Task<(int Inboxes, long Bytes)> RunAsync(Failures failures, CancellationToken cancellationToken)
    {
        var (inboxes, bytes) = (0, 0L);
        var failed = new HashSet<Guid>();
        while (Next().FindAll(attempt => !failed.Contains(attempt.AttemptId)) is { Count: > 0 } attempts && !failures.StoreIsAway)
        {
            foreach (var (jobId, attemptId) in attempts.TakeWhile(_ => !failures.StoreIsAway))
            {
                if (await failures.TryAsync(
                    $"the inbox of {jobId:D}", async () => bytes += await removal.DeleteBelowAsync($"inbox/{jobId:D}/{attemptId:D}/", cancellationToken)))
                {
                    MarkSwept(attemptId);
                    inboxes++;
                }
                else
                {
                    failed.Add(attemptId);
                }
            }
        }

        return (inboxes, bytes);
    }

    private void MarkSwept(Guid attemptId)
    {
        using var unitOfWork = storage.BeginUnitOfWork();
        ((Db)unitOfWork).MarkSwept(attemptId, time.NowMicros());
        unitOfWork.Commit();
    }

    private List<(Guid JobId, Guid AttemptId)> Next() => storage.Read(connection => JobType.OnGpu.SelectMany(type =>
    {
        var before = time.GetUtcNow() - gpu.LimitsFor(type).WorkerUrlLifetime - Margin;
        return ((Db)connection).Unswept(type, Micros.From(before), Batch);
    }).ToList());
}
