using VideoExpress.Jobs.Store;

namespace VideoExpress.Web.Commands.Backup;

/// <summary>What a bucket has of published objects.</summary>
internal static class BucketListing
{
    private static readonly string[] Prefixes = ["jobs/", "assets/"];

    /// <summary>Their lengths, by key.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var prefix in Prefixes)
        {
            await foreach (var stored in store.ListAsync(prefix, cancellationToken))
            {
                lengths[stored.Key.Value] = stored.Length;
            }
        }

        return lengths;
    }
}
