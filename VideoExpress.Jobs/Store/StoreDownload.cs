namespace VideoExpress.Jobs.Store;

/// <summary>Brings objects to local files.</summary>
public static class StoreDownload
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Copies an object to <paramref name="path"/>, replacing what is there; false when there is no such object.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async Task<bool> TryDownloadAsync(this IObjectStore store, StoreKey key, string path, CancellationToken cancellationToken)
    {
        await using var content = await store.OpenReadAsync(key, cancellationToken);
        if (content is null)
        {
            return false;
        }

        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        await content.CopyToAsync(file, BufferBytes, cancellationToken);
        return true;
    }
}
