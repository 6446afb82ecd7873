using System.Globalization;
using System.Runtime.ExceptionServices;
using Minio.DataModel;
using Minio.DataModel.Args;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>Sends objects to the bucket, and ends uploads in parts that did not come to their end: the S3 client never does.</summary>
internal sealed class S3Uploader(S3Clients clients, string bucket, S3Advice advice, TimeProvider time)
{
    // From here on the client sends parts.
    private const long SmallestMultipart = 5 << 20;

    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Sends all of <paramref name="source"/>; whatever goes wrong, no upload in parts is left over when the store can be reached.</summary>
    public async Task UploadAsync(StoreKey key, UploadStream source, NewObject what, CancellationToken cancellationToken)
    {
        try
        {
            if (what.Length == 0)
            {
                // The client does not look into the source then.
                await source.CopyToAsync(Stream.Null, cancellationToken);
            }

            S3Guard.DispositionOfUpload.Value = what.DownloadName is { } name ? Disposition.Inline(name).ToString() : null;
            var args = new PutObjectArgs().WithBucket(bucket).WithObject(key.Value)
                .WithStreamData(source).WithObjectSize(what.Length).WithContentType(what.ContentType);
            await clients.Traffic.PutObjectAsync(args, cancellationToken);
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

            throw advice.Explain(error);
        }
    }

    /// <summary>Ends the uploads below a prefix that began before a time; how many they were.</summary>
    public async Task<int> EndUnfinishedAsync(string prefix, DateTimeOffset startedBefore, CancellationToken cancellationToken)
    {
        var ended = 0;
        foreach (var uploads in (await ListAsync(prefix, cancellationToken)).GroupBy(upload => upload.Key))
        {
            // The client ends all of a key's uploads or none, and one of them may still be going on.
            if (uploads.All(upload => StartOf(upload) < startedBefore))
            {
                await advice.ExplainedAsync(() => EndAsync(uploads.Key, cancellationToken), cancellationToken);
                ended += uploads.Count();
            }
        }

        return ended;
    }

    private static DateTimeOffset StartOf(Upload upload) =>
        DateTimeOffset.TryParse(upload.Initiated, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
            ? start
            : DateTimeOffset.MaxValue;

    private Task<List<Upload>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var args = new ListIncompleteUploadsArgs().WithBucket(bucket).WithPrefix(prefix).WithRecursive(true);
        return advice.ExplainedAsync(
            async () => await clients.Traffic.ListIncompleteUploadsEnumAsync(args, cancellationToken).ToListAsync(cancellationToken),
            cancellationToken);
    }

    private Task EndAsync(string key, CancellationToken cancellationToken) => clients.Traffic.RemoveIncompleteUploadAsync(
        new RemoveIncompleteUploadArgs().WithBucket(bucket).WithObject(key), cancellationToken);

    private async Task AbortAsync(StoreKey key)
    {
        using var timer = new CancellationTokenSource(AbortTimeout, time);
        try
        {
            await EndAsync(key.Value, timer.Token);
        }
        catch (Exception)
        {
            // The failure that brought us here says more; what is left over is found by its age.
        }
    }
}
