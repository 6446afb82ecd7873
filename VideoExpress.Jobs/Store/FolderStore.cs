using VideoExpress.Jobs.Store.Folder;

namespace VideoExpress.Jobs.Store;

/// <summary>
/// The store in a local folder. An object gets its name only when all of it is on the disk; a published one never changes again.
/// This host serves it by signed URLs.
/// </summary>
public sealed class FolderStore : IObjectStore
{
    private readonly FolderLayout _layout;
    private readonly TimeProvider _time;
    private readonly long _minFreeBytes;
    private readonly OutputUrls? _urls;

    // Held while room is claimed, so that two who find the same room do not both take it.
    private readonly Lock _room = new();

    // Held while a name appears or goes, so that no folder is pruned between its making and its use.
    private readonly Lock _names = new();

    /// <summary>A store in a folder; touches nothing. The folder is made with the first object that is put.</summary>
    /// <param name="root">The folder; nothing else may write to it.</param>
    /// <param name="signingKey">Signs the URLs, see <see cref="KeyFile"/>; null where none are handed out.</param>
    /// <param name="time">The clock of URLs and of <see cref="StoredObject.ModifiedAt"/>.</param>
    /// <param name="settings"><see cref="StoreSettings.MinFreeBytes"/> and <see cref="StoreSettings.MaxPutBytes"/> hold here.</param>
    public FolderStore(string root, byte[]? signingKey, TimeProvider time, StoreSettings settings)
    {
        _layout = new FolderLayout(root);
        _time = time;
        _minFreeBytes = settings.MinFreeBytes;
        MaxPutBytes = settings.MaxPutBytes;
        _urls = signingKey is null ? null : new OutputUrls(signingKey, time);
    }

    /// <summary>What the folder is to the operator, for messages. Default: the data folder.</summary>
    public string Place { get; init; } = DiskErrors.DataFolder;

    /// <summary>Signs and checks the URLs of this store.</summary>
    /// <exception cref="InvalidOperationException">It was opened without a key.</exception>
    internal OutputUrls Urls => _urls ?? throw new InvalidOperationException("This store was opened without a key, so it has no URLs.");

    /// <summary>The room that must stay on this store's disk.</summary>
    internal DiskFloor Floor => new(_layout.Root, _minFreeBytes, Place);

    /// <summary>The largest file that a worker may put by URL, in bytes.</summary>
    internal long MaxPutBytes { get; }

    /// <summary>Where an object lies, or would lie, on this machine: to show to the operator, or to read in place.</summary>
    /// <exception cref="StoreException">A part of the path is a symbolic link.</exception>
    public string PathOf(StoreKey key) => _layout.PathOf(key);

    /// <summary>
    /// Clears what earlier processes left half-written. For the owner of the folder, before it puts anything: a file of another process
    /// would be taken for a leftover between its making and its lock.
    /// </summary>
    /// <returns>How many files are gone.</returns>
    /// <exception cref="StoreException">The disk fails, or may not be used.</exception>
    public int ClearLeftovers() => RemoveLeftovers(DateTimeOffset.MaxValue);

    /// <inheritdoc />
    public async Task<string> PutAsync(StoreKey key, Stream content, NewObject what, CancellationToken cancellationToken)
    {
        var path = _layout.PathOf(key);
        await using var incoming = MakeRoom(what.Length);
        var hash = await incoming.FillAsync(key, content, what, _time.GetUtcNow(), cancellationToken);
        await using var type = await TypeFileAsync(key, what.ContentType, cancellationToken);
        if (!DiskErrors.Explained(() => TryName(key, path, incoming, type), Place)
            && !await DiskErrors.ExplainedAsync(() => incoming.EqualsAsync(path, cancellationToken), Place))
        {
            throw StoreException.AlreadyPublished(key);
        }

        // Also when it was there: who put it may have been killed before this.
        DiskErrors.Explained(() => _layout.Flush(path), Place);
        return hash;
    }

    /// <inheritdoc />
    public Task<Stream?> OpenReadAsync(StoreKey key, CancellationToken cancellationToken) => Task.FromResult<Stream?>(Open(key)?.Content);

    /// <inheritdoc />
    public Task<StoredObject?> StatAsync(StoreKey key, CancellationToken cancellationToken)
    {
        using var file = Open(key);
        return Task.FromResult(file?.Object);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        return List(prefix, cancellationToken).ToAsyncEnumerable();
    }

    /// <inheritdoc />
    public Task DeleteAsync(StoreKey key, CancellationToken cancellationToken)
    {
        var path = _layout.PathOf(key);
        DiskErrors.Explained(() =>
        {
            lock (_names)
            {
                if (Directory.Exists(Path.GetDirectoryName(path)))
                {
                    // The file last: what is killed in between is still listed, and so deleted by the next.
                    File.Delete(FolderLayout.TypePathOf(path));
                    File.Delete(path);
                    _layout.Prune(Path.GetDirectoryName(path)!);
                }
            }
        }, Place);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<int> EndUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        Task.FromResult(RemoveLeftovers(startedBefore));

    /// <inheritdoc />
    public Uri PresignGet(StoreKey key, TimeSpan lifetime, Uri baseUrl, Disposition? disposition = null)
    {
        StoreRules.CheckLifetime(lifetime);
        return Urls.Sign(HttpMethod.Get, key, lifetime, baseUrl, disposition);
    }

    /// <inheritdoc />
    public Uri PresignPut(StoreKey key, TimeSpan lifetime, Uri baseUrl)
    {
        StoreRules.CheckPut(key, lifetime);
        return Urls.Sign(HttpMethod.Put, key, lifetime, baseUrl);
    }

    /// <summary>An object with what is known of it, both of the same moment; null when there is none.</summary>
    internal FolderFile? Open(StoreKey key)
    {
        var path = _layout.PathOf(key);
        return DiskErrors.Explained(() => File.Exists(path) ? FolderFile.Open(key, path) : null, Place);
    }

    private int RemoveLeftovers(DateTimeOffset writtenBefore) =>
        DiskErrors.Explained(() => IncomingFile.RemoveLeftovers(_layout.Incoming, writtenBefore), Place);

    private string IncomingPath() => Path.Combine(_layout.Incoming, Guid.CreateVersion7(_time.GetUtcNow()).ToString("N"));

    private async Task<IncomingFile?> TypeFileAsync(StoreKey key, string contentType, CancellationToken cancellationToken)
    {
        if (contentType == MediaTypes.Of(key.Name))
        {
            return null;
        }

        using var content = FolderFile.TypeContent(contentType);
        var file = IncomingFile.Create(IncomingPath(), content.Length, Place);
        try
        {
            await file.FillAsync(key, content, new NewObject(content.Length, contentType), _time.GetUtcNow(), cancellationToken);
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private bool TryName(StoreKey key, string path, IncomingFile content, IncomingFile? type)
    {
        var typePath = FolderLayout.TypePathOf(path);
        lock (_names)
        {
            if (key.IsPublished && File.Exists(path))
            {
                return false;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            content.DateAfter(path);
            File.Delete(typePath);
            type?.MoveTo(typePath);
            content.MoveTo(path);
        }

        return true;
    }

    private IEnumerable<StoredObject> List(string prefix, CancellationToken cancellationToken)
    {
        using var files = _layout.Files(prefix).GetEnumerator();
        while (DiskErrors.Explained(files.MoveNext, Place))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (key, file) = files.Current;
            if (file.Exists)
            {
                yield return new StoredObject(key, file.Length, ContentType: null, file.LastWriteTimeUtc);
            }
        }
    }

    private IncomingFile MakeRoom(long length)
    {
        lock (_room)
        {
            DiskErrors.Explained(_layout.MakeIncoming, Place);
            Floor.Require(length);
            return IncomingFile.Create(IncomingPath(), length, Place);
        }
    }
}
