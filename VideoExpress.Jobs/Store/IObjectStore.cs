namespace VideoExpress.Jobs.Store;

/// <summary>
/// Where files live: a local folder or an S3-compatible store. Every method throws <see cref="StoreException"/> when the store
/// fails; its message says what the operator must mend.
/// </summary>
public interface IObjectStore
{
    /// <summary>Puts an object; a reader sees either nothing (or what was there) or all of it. Done only when its length was checked.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="content">Read from its current position to its end, once.</param>
    /// <param name="what">What <paramref name="content"/> must hold, and how it is kept.</param>
    /// <param name="cancellationToken">Ends the upload; nothing stays behind.</param>
    /// <returns>The sha256 of what was stored, in lower-case hex.</returns>
    Task<string> PutAsync(StoreKey key, Stream content, NewObject what, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading from its start; null when there is none.</summary>
    Task<Stream?> OpenReadAsync(StoreKey key, CancellationToken cancellationToken);

    /// <summary>What the store knows of an object; null when there is none.</summary>
    Task<StoredObject?> StatAsync(StoreKey key, CancellationToken cancellationToken);

    /// <summary>All objects whose key starts with <paramref name="prefix"/> (ends with a slash), in any order.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    Task DeleteAsync(StoreKey key, CancellationToken cancellationToken);

    /// <summary>Ends what is left of uploads that never came to their end, and frees its room; only below our own prefixes.</summary>
    /// <param name="startedBefore">An upload that began at this time or later may still be going on.</param>
    /// <param name="cancellationToken">Stops the sweep; the rest is found by the next.</param>
    /// <returns>How many were ended.</returns>
    Task<int> EndUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken);

    /// <summary>A URL by which anybody who has it reads the object until it expires.</summary>
    /// <param name="key">The object's key.</param>
    /// <param name="lifetime">1 second to 7 days, the limit of S3's signature version 4.</param>
    /// <param name="baseUrl">Base of the absolute URL when this host serves the store; a store with an address of its own ignores it.</param>
    /// <param name="disposition">How a browser takes it; null: in place, as the store has it.</param>
    Uri PresignGet(StoreKey key, TimeSpan lifetime, Uri baseUrl, Disposition? disposition = null);

    /// <summary>A URL by which a worker puts one object. Only for keys below <c>inbox/</c>.</summary>
    /// <inheritdoc cref="PresignGet" path="/param"/>
    Uri PresignPut(StoreKey key, TimeSpan lifetime, Uri baseUrl);
}

/// <summary>An object in the store.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ContentType">Media type, or null where a listing does not tell.</param>
/// <param name="ModifiedAt">When it was put, UTC.</param>
public sealed record StoredObject(StoreKey Key, long Length, string? ContentType, DateTimeOffset ModifiedAt);
