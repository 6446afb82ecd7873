using System.Runtime.CompilerServices;
using Minio.DataModel.Args;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Jobs.Store;

/// <summary>
/// The store in a bucket of an S3-compatible service. Nothing counts as stored until a look at it shows its length: a success that a
/// proxy or a store reports is not yet an object.
/// </summary>
public sealed class S3Store : IObjectStore, IDisposable
{
    // Each holds three parts of 16 MiB.
    private const int UploadsAtOnce = 2;

    private readonly string _bucket;
    private readonly Uri? _publicBaseUrl;
    private readonly TimeSpan _silence;
    private readonly TimeProvider _time;
    private readonly S3Clients _clients;
    private readonly S3Advice _advice;
    private readonly S3Reader _reader;
    private readonly S3Uploader _uploader;
    private readonly SemaphoreSlim _uploads = new(UploadsAtOnce, UploadsAtOnce);

    /// <summary>Makes the clients; sends nothing.</summary>
    /// <param name="settings">With a bucket; <see cref="StoreSettings.Validate"/> has nothing to say of them.</param>
    /// <param name="time">Measures time-outs and pauses.</param>
    public S3Store(StoreSettings settings, TimeProvider time)
    {
        _bucket = settings.Bucket!;
        _publicBaseUrl = settings.PublicBaseUrl;
        _silence = settings.RequestTimeout;
        _time = time;
        _clients = new S3Clients(settings, time);
        _advice = new S3Advice(_bucket, _clients.Address.Authority, _clients.Address.Region, time);
        _reader = new S3Reader(_clients, _advice, _silence, time);
        _uploader = new S3Uploader(_clients, _bucket, _advice, time);
    }

    /// <inheritdoc />
    public async Task<string> PutAsync(StoreKey key, Stream content, NewObject what, CancellationToken cancellationToken)
    {
        await _uploads.WaitAsync(cancellationToken);
        try
        {
            await using var source = new UploadStream(key, content, what, _silence, _time, cancellationToken);
            if (key.IsPublished && await OpenReadAsync(key, cancellationToken) is { } published)
            {
                await using (published)
                {
                    if (!await SameBytes.CompareAsync(published, source, cancellationToken))
                    {
                        throw StoreException.AlreadyPublished(key);
                    }
                }
            }
            else
            {
                await _uploader.UploadAsync(key, source, what, cancellationToken);
                await RequireStoredAsync(key, what.Length, cancellationToken);
            }

            what.Progress?.Report(what.Length);
            return source.Sha256!;
        }
        finally
        {
            _uploads.Release();
        }
    }

    /// <inheritdoc />
    public Task<Stream?> OpenReadAsync(StoreKey key, CancellationToken cancellationToken) => _reader.OpenAsync(key, cancellationToken);

    /// <inheritdoc />
    public Task<StoredObject?> StatAsync(StoreKey key, CancellationToken cancellationToken) => _reader.StatAsync(key, cancellationToken);

    /// <inheritdoc />
    public async IAsyncEnumerable<StoredObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        var args = new ListObjectsArgs().WithBucket(_bucket).WithPrefix(prefix).WithRecursive(true);
        await using var items = _clients.Traffic.ListObjectsEnumAsync(args, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await _advice.ExplainedAsync(async () => await items.MoveNextAsync(), cancellationToken))
        {
            var item = items.Current;
            // What somebody else keeps in the same bucket is none of ours.
            if (StoreKey.TryParse(item.Key, out var key))
            {
                var modified = item.LastModifiedDateTime is { } time ? new DateTimeOffset(time.ToUniversalTime()) : default;
                yield return new StoredObject(key, (long)item.Size, ContentType: null, modified);
            }
        }
    }

    /// <inheritdoc />
    public Task DeleteAsync(StoreKey key, CancellationToken cancellationToken) => _advice.ExplainedAsync(
        () => _clients.Traffic.RemoveObjectAsync(new RemoveObjectArgs().WithBucket(_bucket).WithObject(key.Value), cancellationToken),
        cancellationToken);

    /// <inheritdoc />
    public async Task<int> EndUnfinishedAsync(DateTimeOffset startedBefore, CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var prefix in StoreKey.Prefixes)
        {
            ended += await _uploader.EndUnfinishedAsync(prefix, startedBefore, cancellationToken);
        }

        return ended;
    }

    /// <inheritdoc />
    public Uri PresignGet(StoreKey key, TimeSpan lifetime, Uri baseUrl, Disposition? disposition = null)
    {
        StoreRules.CheckLifetime(lifetime);
        // Only a signed URL can ask the store for another disposition than the object's own.
        return _publicBaseUrl is not null && key.IsPublished && disposition is not { IsAttachment: true }
            ? new Uri($"{_publicBaseUrl.AbsoluteUri.TrimEnd('/')}/{key}")
            : _clients.ShownUrls.Get(key, lifetime, disposition);
    }

    /// <inheritdoc />
    public Uri PresignPut(StoreKey key, TimeSpan lifetime, Uri baseUrl)
    {
        StoreRules.CheckPut(key, lifetime);
        return _clients.ShownUrls.Put(key, lifetime);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _clients.Dispose();
        _uploads.Dispose();
    }

    private async Task RequireStoredAsync(StoreKey key, long length, CancellationToken cancellationToken)
    {
        var stored = await StatAsync(key, cancellationToken);
        if (stored?.Length == length)
        {
            return;
        }

        await DeleteAsync(key, cancellationToken);
        throw new StoreException(
            $"The object store at {_clients.Address.Authority} took \"{key.Name}\" with {length} bytes and then "
            + (stored is null ? "did not have it." : $"had {stored.Length}."),
            canHeal: true);
    }
}
