using VideoExpress.Jobs.Store;

namespace VideoExpress.Web.Commands.Backup;

/// <summary>What a bucket has of published objects.</summary>
internal static class BucketListing
{
    /// <summary>The lengths of those that are asked for and there, by key. A listing costs a request for a thousand, a look one for each.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(
        IObjectStore store, IEnumerable<string> wanted, CancellationToken cancellationToken)
    {
        var keys = wanted.ToHashSet(StringComparer.Ordinal);
        var lengths = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var prefix in StoreKey.PublishedPrefixes)
        {
            await foreach (var stored in store.ListAsync(prefix, cancellationToken))
            {
                if (keys.Contains(stored.Key.Value))
                {
                    lengths[stored.Key.Value] = stored.Length;
                }
            }
        }

        return lengths;
    }
}
