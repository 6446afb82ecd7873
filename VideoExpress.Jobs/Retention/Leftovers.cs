using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Retention;

/// <summary>What is left over where nothing went wrong, or was left by what broke off: inboxes, and uploads that never ended.</summary>
internal sealed class Leftovers(InboxSweep inboxes, IObjectStore store, ResumableUploads uploads, TimeProvider time)
{
    /// <summary>No upload into the store takes longer; one that does begins again.</summary>
    private static readonly TimeSpan LongestUpload = TimeSpan.FromDays(1);

    /// <summary>Sweeps all of it; what cannot be swept is noted and waits for the next pass.</summary>
    public async Task<CleanupReport> SweepAsync(Failures failures, CancellationToken cancellationToken)
    {
        var (expired, unfinished) = (0, 0);
        await failures.TryAsync("expired uploads", () => Task.FromResult(expired = uploads.SweepUploads(cancellationToken)));
        await failures.TryAsync(
            "unfinished uploads", async () => unfinished = await store.EndUnfinishedAsync(time.GetUtcNow() - LongestUpload, cancellationToken));
        var (swept, bytes) = await inboxes.RunAsync(failures, cancellationToken);
        return new CleanupReport { ExpiredUploads = expired, UnfinishedUploads = unfinished, Inboxes = swept, InboxBytes = bytes };
    }
}
