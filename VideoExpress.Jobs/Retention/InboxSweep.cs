using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
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

    /// <summary>Sweeps the inboxes of all attempts that are over.</summary>
    /// <returns>How many, and how many bytes went.</returns>
    /// <exception cref="Store.StoreException">The store failed; the rest waits for the next pass.</exception>
    public async Task<(int Inboxes, long Bytes)> RunAsync(CancellationToken cancellationToken)
    {
        var (inboxes, bytes) = (0, 0L);
        while (Next() is { Count: > 0 } attempts)
        {
            foreach (var (jobId, attemptId) in attempts)
            {
                bytes += await removal.DeleteBelowAsync($"inbox/{jobId:D}/{attemptId:D}/", cancellationToken);
                using var unitOfWork = storage.BeginUnitOfWork();
                ((Db)unitOfWork).MarkSwept(attemptId, time.NowMicros());
                unitOfWork.Commit();
                inboxes++;
            }
        }

        return (inboxes, bytes);
    }

    private List<(Guid JobId, Guid AttemptId)> Next()
    {
        var before = time.GetUtcNow() - gpu.WorkerUrlLifetime - Margin;
        return storage.Read(connection => ((Db)connection).Unswept(Micros.From(before), Batch));
    }
}
