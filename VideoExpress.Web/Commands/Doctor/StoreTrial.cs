using VideoExpress.Jobs.Store;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>What every store must be able to do, tried with one small object.</summary>
internal static class StoreTrial
{
    /// <summary>Puts, finds, reads, lists and removes; null when all of it works, else what did not.</summary>
    /// <exception cref="StoreException">The store failed; the message says what to mend.</exception>
    public static async Task<string?> RunAsync(IObjectStore store, StoreKey key, CancellationToken cancellationToken)
    {
        await store.PutAsync(key, cancellationToken);
        if (await store.StatAsync(key, cancellationToken) is not { } stored || stored.Length != TrialObject.Content.Length)
        {
            return "does not have what it has just taken";
        }

        await using (var content = await store.OpenReadAsync(key, cancellationToken))
        {
            var read = new MemoryStream();
            await (content ?? Stream.Null).CopyToAsync(read, cancellationToken);
            if (!read.ToArray().AsSpan().SequenceEqual(TrialObject.Content))
            {
                return "gives back something else than it has taken";
            }
        }

        var folder = key.Value[..(key.Value.LastIndexOf('/') + 1)];
        if (!await store.ListAsync(folder, cancellationToken).AnyAsync(found => found.Key == key, cancellationToken))
        {
            return "does not list what it has just taken";
        }

        await store.DeleteAsync(key, cancellationToken);
        return await store.StatAsync(key, cancellationToken) is null ? null : "still has what was deleted";
    }
}
