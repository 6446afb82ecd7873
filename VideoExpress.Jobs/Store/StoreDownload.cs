namespace VideoExpress.Jobs.Store;

/// <summary>Brings objects to local files.</summary>
public static class StoreDownload
{
    private const int BufferBytes = 512 << 10;

    /// <summary>Copies an object to <paramref name="path"/>, replacing what is there; false when there is no such object.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public static Task<bool> TryDownloadAsync(this IObjectStore store, StoreKey key, string path, CancellationToken cancellationToken) =>
        store.TryDownloadAsync(key, path, progress: null, cancellationToken);

    /// <summary>The same; <paramref name="progress"/> is told how many bytes have come so far.</summary>
    /// <inheritdoc cref="TryDownloadAsync(IObjectStore, StoreKey, string, CancellationToken)" path="/exception"/>
    public static async Task<bool> TryDownloadAsync(
        this IObjectStore store, StoreKey key, string path, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        await using var content = await store.OpenReadAsync(key, cancellationToken);
        if (content is null)
        {
            return false;
        }

        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        await CopyAsync(content, file, progress, cancellationToken);
        return true;
    }

    /// <summary>Writes one buffer while the next is filled.</summary>
    private static async Task CopyAsync(Stream from, Stream to, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var (filling, writing) = (new byte[BufferBytes], new byte[BufferBytes]);
        var write = Task.CompletedTask;
        var come = 0L;
        try
        {
            int read;
            while ((read = await from.ReadAtLeastAsync(filling, filling.Length, throwOnEndOfStream: false, cancellationToken)) > 0)
            {
                await write;
                (filling, writing) = (writing, filling);
                write = to.WriteAsync(writing.AsMemory(0, read), cancellationToken).AsTask();
                progress?.Report(come += read);
            }
        }
        finally
        {
            await write;
        }
    }
}
