using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Minio.DataModel.Args;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Jobs.Store;

/// <summary>
/// The store in a bucket of an S3-compatible service. Nothing counts as stored until a look at it shows its length, since the client
/// reports some failures as success.
/// </summary>
public sealed class S3Store : IObjectStore, IDisposable
{
    // The client sends 16 MiB parts one after the other and holds each several times over.
    private const int UploadsAtOnce = 2;

    // From here on the client sends parts.
    private const long SmallestMultipart = 5 << 20;

    private static readonly TimeSpan OwnUrlLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    private readonly string _bucket;
    private readonly Uri? _publicBaseUrl;
    private readonly TimeSpan _silence;
    private readonly TimeProvider _time;
    private readonly S3Clients _clients;
    private readonly S3Advice _advice;
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
        _advice = new S3Advice(_bucket, _clients.Address.Authority, _clients.Address.Region);
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
                await UploadAsync(key, source, what, cancellationToken);
                await RequireStoredAsync(key, what.Length, cancellationToken);
            }

            return source.Sha256!;
        }
        finally
        {
            _uploads.Release();
        }
    }

    /// <inheritdoc />
    public async Task<Stream?> OpenReadAsync(StoreKey key, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(key, range: null, cancellationToken);
        return answer is null
            ? null
            : new DownloadStream(await answer.Content.ReadAsStreamAsync(cancellationToken), _silence, Explain, _time);
    }

    /// <inheritdoc />
    public async Task<StoredObject?> StatAsync(StoreKey key, CancellationToken cancellationToken)
    {
        // Not HEAD: its errors have no body, so a wrong secret, a wrong region and a missing bucket all look alike.
        using var answer = await GetAsync(key, new RangeHeaderValue(0, 0), cancellationToken);
        var headers = answer?.Content.Headers;
        return headers is null
            ? null
            : new StoredObject(
                key,
                headers.ContentRange?.Length ?? headers.ContentLength ?? 0,
                headers.ContentType?.ToString(),
                headers.LastModified ?? default);
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<StoredObject> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        var args = new ListObjectsArgs().WithBucket(_bucket).WithPrefix(prefix).WithRecursive(true);
        await using var items = _clients.Traffic.ListObjectsEnumAsync(args, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await ExplainedAsync(async () => await items.MoveNextAsync(), cancellationToken))
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
    public Task DeleteAsync(StoreKey key, CancellationToken cancellationToken) => ExplainedAsync(
        async () =>
        {
            await _clients.Traffic.RemoveObjectAsync(new RemoveObjectArgs().WithBucket(_bucket).WithObject(key.Value), cancellationToken);
            return true;
        },
        cancellationToken);

    /// <inheritdoc />
    public Uri PresignGet(StoreKey key, TimeSpan lifetime, Uri baseUrl, string? downloadName = null)
    {
        StoreRules.CheckLifetime(lifetime);
        return _publicBaseUrl is not null && key.IsPublished
            ? new Uri($"{_publicBaseUrl.AbsoluteUri.TrimEnd('/')}/{key}")
            : _clients.ShownUrls.Get(key, lifetime, downloadName);
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

    private async Task UploadAsync(StoreKey key, UploadStream source, NewObject what, CancellationToken cancellationToken)
    {
        try
        {
            if (what.Length == 0)
            {
                // The client does not look into the source then.
                await source.CopyToAsync(Stream.Null, cancellationToken);
            }

            var args = new PutObjectArgs().WithBucket(_bucket).WithObject(key.Value)
                .WithStreamData(source).WithObjectSize(what.Length).WithContentType(what.ContentType);
            await _clients.Traffic.PutObjectAsync(args, cancellationToken);
        }
        catch (Exception error)
        {
            if (what.Length >= SmallestMultipart)
            {
                await AbortAsync(key);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (source.Failure is not null)
            {
                ExceptionDispatchInfo.Throw(source.Failure);
            }

            throw Explain(error);
        }
    }

    /// <summary>The client never ends an upload in parts that failed; its parts would be kept, and paid, for ever.</summary>
    private async Task AbortAsync(StoreKey key)
    {
        using var timer = new CancellationTokenSource(AbortTimeout, _time);
        try
        {
            await _clients.Traffic.RemoveIncompleteUploadAsync(
                new RemoveIncompleteUploadArgs().WithBucket(_bucket).WithObject(key.Value), timer.Token);
        }
        catch (Exception)
        {
            // The failure that brought us here says more; what is left over is found by its age.
        }
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

    private async Task<HttpResponseMessage?> GetAsync(StoreKey key, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _clients.OwnUrls.Get(key, OwnUrlLifetime));
        request.Headers.Range = range;
        request.Options.Set(S3Guard.AsStream, true);
        try
        {
            return await ExplainedAsync(
                () => _clients.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken);
        }
        catch (StoreException error) when (error.InnerException is S3Exception { Error.Code: "NoSuchKey" })
        {
            return null;
        }
        catch (StoreException error) when (
            range is not null && error.InnerException is S3Exception { Status: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            // An empty object has no first byte.
            return await GetAsync(key, range: null, cancellationToken);
        }
    }

    private StoreException Explain(Exception error) => _advice.Explain(error, _time.GetUtcNow());

    private async Task<T> ExplainedAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw Explain(error);
        }
    }
}
