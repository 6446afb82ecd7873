using System.Buffers;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Minio.DataModel;
using Minio.DataModel.Args;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>Sends objects to the bucket, large ones in parts of which some are on their way at once; what was begun and fails is ended.</summary>
internal sealed class S3Uploader(S3Clients clients, string bucket, S3Advice advice, TimeProvider time)
{
    // All but the last must be of one size (R2), 5 MiB at least and 10,000 at most.
    private const int PartBytes = 16 << 20;
    private const int MostParts = 10_000;

    // The store has another to take while it makes one durable; the next is read and hashed meanwhile.
    private const int PartsAtOnce = 2;

    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(10);

    private readonly S3Puts _puts = new(clients, bucket);

    /// <summary>Sends all of <paramref name="source"/>; whatever goes wrong, no part of it is left over when the store can be reached.</summary>
    public async Task UploadAsync(StoreKey key, UploadStream source, NewObject what, CancellationToken cancellationToken)
    {
        try
        {
            await (what.Length <= PartBytes
                ? PutWholeAsync(key, source, what, cancellationToken)
                : PutPartsAsync(key, source, what, cancellationToken));
        }
        catch (Exception error)
        {
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
        foreach (var upload in (await ListAsync(prefix, cancellationToken)).Where(upload => StartOf(upload) < startedBefore))
        {
            if (StoreKey.TryParse(upload.Key, out var key))
            {
                await advice.ExplainedAsync(() => _puts.AbortAsync(key, upload.UploadId, cancellationToken), cancellationToken);
                ended++;
            }
        }

        return ended;
    }

    /// <summary>When an upload began; one whose store does not tell is taken for one that has yet to begin.</summary>
    public static DateTimeOffset StartOf(Upload upload) =>
        DateTimeOffset.TryParse(upload.Initiated, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start)
            ? start
            : DateTimeOffset.MaxValue;

    private async Task<List<Upload>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var args = new ListIncompleteUploadsArgs().WithBucket(bucket).WithPrefix(prefix).WithRecursive(true);
        return await advice.ExplainedAsync(
            async () => await clients.Traffic.ListIncompleteUploadsEnumAsync(args, cancellationToken).ToListAsync(cancellationToken),
            cancellationToken);
    }

    private async Task PutWholeAsync(StoreKey key, UploadStream source, NewObject what, CancellationToken cancellationToken)
    {
        var size = (int)what.Length;
        var buffer = await ReadAsync(source, size, cancellationToken);
        await _puts.PutAsync(key, what, buffer.AsMemory(0, size), cancellationToken);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private async Task PutPartsAsync(StoreKey key, UploadStream source, NewObject what, CancellationToken cancellationToken)
    {
        string? uploadId = null;
        try
        {
            uploadId = await _puts.BeginAsync(key, what, cancellationToken);
            var tags = await SendPartsAsync(key, uploadId, source, what, cancellationToken);
            await _puts.CompleteAsync(key, uploadId, tags, cancellationToken);
        }
        catch
        {
            await TryAbortAsync(key, uploadId);
            throw;
        }
    }

    private async Task<string[]> SendPartsAsync(
        StoreKey key, string uploadId, UploadStream source, NewObject what, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var partBytes = (int)Math.Max(PartBytes, (what.Length + MostParts - 1) / MostParts);
        var sent = 0L;
        var onTheirWay = new Queue<Task>();
        var tags = new string[(what.Length + partBytes - 1) / partBytes];
        try
        {
            for (var index = 0; index < tags.Length; index++)
            {
                var size = (int)Math.Min(partBytes, what.Length - ((long)index * partBytes));
                var buffer = await ReadAsync(source, size, stop.Token);
                var hash = S3Signature.HashOf(buffer.AsSpan(0, size));
                if (onTheirWay.Count == PartsAtOnce)
                {
                    await onTheirWay.Dequeue();
                }

                onTheirWay.Enqueue(SendAsync(index, buffer, size, hash));
            }

            await Task.WhenAll(onTheirWay);
            return tags;
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAll(onTheirWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        async Task SendAsync(int index, byte[] buffer, int size, string hash)
        {
            tags[index] = await _puts.PutPartAsync(key, uploadId, index + 1, buffer.AsMemory(0, size), hash, stop.Token);
            ArrayPool<byte>.Shared.Return(buffer);
            what.Progress?.Report(Interlocked.Add(ref sent, size));
        }
    }

    // Returned by whoever has sent it; not after a failure, when something may still be reading or writing it.
    private static async Task<byte[]> ReadAsync(UploadStream source, int size, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(size);
        return await source.ReadAsync(buffer.AsMemory(0, size), cancellationToken) == size ? buffer : throw new EndOfStreamException();
    }

    /// <param name="key">The object's key.</param>
    /// <param name="uploadId">Null when the answer with it was lost: then all uploads of the key end, and another that is under way is begun again.</param>
    private async Task TryAbortAsync(StoreKey key, string? uploadId)
    {
        using var timer = new CancellationTokenSource(AbortTimeout, time);
        try
        {
            var ids = uploadId is not null
                ? [uploadId]
                : (await ListAsync(key.Value, timer.Token)).Where(upload => upload.Key == key.Value).Select(upload => upload.UploadId);
            foreach (var id in ids)
            {
                await _puts.AbortAsync(key, id, timer.Token);
            }
        }
        catch (Exception)
        {
            // The failure that brought us here says more; what is left over is found by its age.
        }
    }
}
