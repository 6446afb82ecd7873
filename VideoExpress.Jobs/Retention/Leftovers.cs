using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Retention;

/// <summary>What is left over where nothing went wrong, or was left by what broke off: inboxes, unfinished uploads.</summary>
internal sealed class Leftovers(InboxSweep inboxes)
{
    /// <summary>Sweeps all of it; what the store refuses is added to <paramref name="failures"/> and waits for the next pass.</summary>
    public async Task<CleanupReport> SweepAsync(List<string> failures, CancellationToken cancellationToken)
    {
        var report = new CleanupReport();
        await TryAsync(async () =>
        {
            var (count, bytes) = await inboxes.RunAsync(cancellationToken);
            report = report with { Inboxes = count, InboxBytes = bytes };
        });
        return report;

        async Task TryAsync(Func<Task> sweep)
        {
            try
            {
                await sweep();
            }
            catch (StoreException error)
            {
                failures.Add(error.Message);
            }
        }
    }
}
