using System.Net;
using System.Net.Http.Headers;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>
/// Reads objects by signed URLs of our own: the S3 client would ask three times for each, and its errors of HEAD have no body, so that a
/// wrong secret, a wrong region and a missing bucket all look alike.
/// </summary>
internal sealed class S3Reader(S3Clients clients, S3Advice advice, TimeSpan silence, TimeProvider time)
{
    private static readonly TimeSpan OwnUrlLifetime = TimeSpan.FromHours(1);

    /// <summary>Opens an object from its start; null when there is none. What breaks off on the way goes on by itself.</summary>
    public async Task<Stream?> OpenAsync(StoreKey key, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(key, range: null, tag: null, cancellationToken);
        if (answer is null)
        {
            return null;
        }

        var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var tag = answer.Headers.ETag;
        return new DownloadStream(body, (from, token) => GoOnAsync(key, from, tag, token), silence, advice, time);
    }

    /// <summary>What the store knows of an object; null when there is none.</summary>
    public async Task<StoredObject?> StatAsync(StoreKey key, CancellationToken cancellationToken)
    {
        using var answer = await GetAsync(key, new RangeHeaderValue(0, 0), tag: null, cancellationToken);
        var headers = answer?.Content.Headers;
        return headers is null
            ? null
            : new StoredObject(
                key,
                headers.ContentRange?.Length ?? headers.ContentLength ?? 0,
                headers.ContentType?.ToString(),
                headers.LastModified ?? default);
    }

    /// <summary>The rest of the same object.</summary>
    private async Task<Stream> GoOnAsync(StoreKey key, long from, EntityTagHeaderValue? tag, CancellationToken cancellationToken)
    {
        var answer = tag is null ? null : await GetAsync(key, new RangeHeaderValue(from, null), tag, cancellationToken);
        if (answer?.Content.Headers.ContentRange?.From == from)
        {
            return await answer.Content.ReadAsStreamAsync(cancellationToken);
        }

        answer?.Dispose();
        throw new StoreException($"\"{key.Name}\" was removed or replaced in the object store while it was read.", canHeal: true);
    }

    private async Task<HttpResponseMessage?> GetAsync(
        StoreKey key, RangeHeaderValue? range, EntityTagHeaderValue? tag, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, clients.OwnUrls.Get(key, OwnUrlLifetime));
        request.Headers.Range = range;
        if (tag is not null)
        {
            request.Headers.IfMatch.Add(tag);
        }

        request.Options.Set(S3Guard.AsStream, true);
        try
        {
            return await advice.ExplainedAsync(
                () => clients.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken), cancellationToken);
        }
        catch (StoreException error) when (error.InnerException is S3Exception { Error.Code: "NoSuchKey" or "PreconditionFailed" })
        {
            return null;
        }
        catch (StoreException error) when (
            range is { Ranges: var ranges } && ranges.First().From == 0
            && error.InnerException is S3Exception { Status: HttpStatusCode.RequestedRangeNotSatisfiable })
        {
            // An empty object has no first byte.
            return await GetAsync(key, range: null, tag, cancellationToken);
        }
    }
}
