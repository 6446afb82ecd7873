using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Retention;

/// <summary>What is left over where nothing went wrong, or was left by what broke off: inboxes, and uploads that never ended.</summary>
internal sealed class Leftovers(InboxSweep inboxes, IObjectStore store, ResumableUploads uploads, TimeProvider time)
{
    /// <summary>No upload into the store takes longer; one that does begins again.</summary>
    private static readonly TimeSpan LongestUpload = TimeSpan.FromDays(1);

    /// <summary>Sweeps all of it; what the store refuses is added to <paramref name="failures"/> and waits for the next pass.</summary>
    public async Task<CleanupReport> SweepAsync(List<string> failures, CancellationToken cancellationToken)
    {
        var report = new CleanupReport();
        try
        {
            report = report with { ExpiredUploads = uploads.SweepUploads(cancellationToken) };
            report = report with { UnfinishedUploads = await store.EndUnfinishedAsync(time.GetUtcNow() - LongestUpload, cancellationToken) };
            var (count, bytes) = await inboxes.RunAsync(cancellationToken);
            report = report with { Inboxes = count, InboxBytes = bytes };
        }
        catch (StoreException error)
        {
            failures.Add(error.Message);
        }

        return report;
    }
}
