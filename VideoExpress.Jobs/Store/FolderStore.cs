using System.Runtime.CompilerServices;
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
    private readonly DiskFloor _floor;

    // Held while room is claimed, so that two who find the same room do not both take it.
    private readonly Lock _room = new();

    // Held while a name appears or goes, so that no folder is pruned between its making and its use.
    private readonly Lock _names = new();

    /// <summary>Opens the folder, makes it where it is missing, and clears what an earlier process left half-written.</summary>
    /// <param name="root">The folder; nothing else may write to it.</param>
    /// <param name="signingKey">Signs the URLs, see <see cref="KeyFile"/>.</param>
    /// <param name="time">The clock of URLs and of <see cref="StoredObject.ModifiedAt"/>.</param>
    /// <param name="settings"><see cref="StoreSettings.MinFreeBytes"/> and <see cref="StoreSettings.MaxPutBytes"/> hold here.</param>
    public FolderStore(string root, byte[] signingKey, TimeProvider time, StoreSettings settings)
    {
        _layout = new FolderLayout(root);
        _time = time;
        _floor = new DiskFloor(root, settings.MinFreeBytes);
        MaxPutBytes = settings.MaxPutBytes;
        Urls = new OutputUrls(signingKey, time);
        IncomingFile.RemoveLeftovers(_layout.Incoming, DateTimeOffset.MaxValue);
    }

    /// <summary>Signs and checks the URLs of this store.</summary>
    internal OutputUrls Urls { get; }

    /// <summary>The room that must stay on this store's disk.</summary>
    internal DiskFloor Floor => _floor;

    /// <summary>The largest file that a worker may put by URL, in bytes.</summary>
    internal long MaxPutBytes { get; }

    /// <summary>Where an object lies, or would lie, on this machine: to show to the operator, or to read in place.</summary>
    /// <exception cref="StoreException">A part of the path is a symbolic link.</exception>
    public string PathOf(StoreKey key) => _layout.PathOf(key);

    /// <inheritdoc />
    public async Task<string> PutAsync(StoreKey key, Stream content, NewObject what, CancellationToken cancellationToken)
    {
        var path = _layout.PathOf(key);
        await using var incoming = MakeRoom(what.Length);
        var hash = await incoming.FillAsync(key, content, what, _time.GetUtcNow(), cancellationToken);
        await using var type = await TypeFileAsync(key, what.ContentType, cancellationToken);
        if (!DiskErrors.Explained(() => TryName(key, path, incoming, type))
            && !await DiskErrors.ExplainedAsync(() => incoming.EqualsAsync(path, cancellationToken)))
        {
            throw StoreException.AlreadyPublished(key);
        }

        // Also when it was there: who put it may have been killed before this.
        DiskErrors.Explained(() => _layout.Flush(path));
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
    public async IAsyncEnumerable<StoredObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        await foreach (var (key, file) in _layout.Files(prefix).ToAsyncEnumerable().WithCancellation(cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.Exists)
            {
                yield return new StoredObject(key, file.Length, ContentType: null, file.LastWriteTimeUtc);
            }
        }
    }

    /// <inheritdoc />
    public Task DeleteAsync(StoreKey key, CancellationToken cancellationToken)
    {
        var path = _layout.PathOf(key);
        DiskErrors.Explained(() =>
        {
            lock (_names)
            {
                if (File.Exists(path))
                {
                    File.Delete(path);
                    File.Delete(FolderLayout.TypePathOf(path));
                    _layout.Prune(Path.GetDirectoryName(path)!);
                }
            }
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<int> EndUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken) =>
        Task.FromResult(DiskErrors.Explained(() => IncomingFile.RemoveLeftovers(_layout.Incoming, startedBefore)));

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
        return DiskErrors.Explained(() => File.Exists(path) ? FolderFile.Open(key, path) : null);
    }

    private string IncomingPath() => Path.Combine(_layout.Incoming, Guid.CreateVersion7(_time.GetUtcNow()).ToString("N"));

    private async Task<IncomingFile?> TypeFileAsync(StoreKey key, string contentType, CancellationToken cancellationToken)
    {
        if (contentType == MediaTypes.Of(key.Name))
        {
            return null;
        }

        using var content = FolderFile.TypeContent(contentType);
        var file = IncomingFile.Create(IncomingPath(), content.Length);
        await file.FillAsync(key, content, new NewObject(content.Length, contentType), _time.GetUtcNow(), cancellationToken);
        return file;
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

    private IncomingFile MakeRoom(long length)
    {
        lock (_room)
        {
            _floor.Require(length);
            return IncomingFile.Create(IncomingPath(), length);
        }
    }
}
