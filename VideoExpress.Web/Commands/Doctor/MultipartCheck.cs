using System.Runtime.CompilerServices;
using Minio.DataModel;
using Minio.DataModel.Args;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>Uploads in parts: whether our key may begin and abort them, and what others have left behind.</summary>
internal static class MultipartCheck
{
    // Large enough to go in parts; none is sent.
    private const long Length = 64 << 20;

    // An upload that is this old is not going on any more.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var key = TrialObject.Key(subject.Time);
        await BeginAndAbortAsync(subject, key, cancellationToken);
        var uploads = await UploadsAsync(subject, cancellationToken);
        yield return uploads.Any(upload => upload.Key == key.Value)
            ? Finding.Fail(
                $"an upload in parts to \"{subject.Settings.Store.Bucket}\" can be begun, but not aborted: give the key the right to abort uploads "
                + "(s3:AbortMultipartUpload), or parts of failed uploads are kept, and paid, for ever.")
            : Finding.Ok("uploads in parts can be begun and aborted");

        var old = uploads.Where(upload => upload.Key != key.Value && S3Uploader.StartOf(upload) < subject.Time.GetUtcNow() - Abandoned).ToList();
        if (old.Count > 0)
        {
            yield return Finding.Warn(
                $"{old.Count} uploads in parts were never finished, such as \"{old[0].Key}\" of {old[0].Initiated}; their parts are kept, and paid. "
                + "The server's cleanup aborts its own; for others, set the bucket's lifecycle rule AbortIncompleteMultipartUpload.");
        }
    }

    private static async Task BeginAndAbortAsync(Subject subject, StoreKey key, CancellationToken cancellationToken)
    {
        using var store = new S3Store(subject.QuickStore, subject.Time);
        try
        {
            await store.PutAsync(key, new GivenUp(), new NewObject(Length, TrialObject.ContentType), cancellationToken);
        }
        catch (GivenUpException)
        {
            // Begun, and aborted by the store as any upload that fails.
        }
    }

    /// <exception cref="StoreException">They may not be listed.</exception>
    private static async Task<List<Upload>> UploadsAsync(Subject subject, CancellationToken cancellationToken)
    {
        var settings = subject.QuickStore;
        using var clients = new S3Clients(settings, subject.Time);
        var args = new ListIncompleteUploadsArgs().WithBucket(settings.Bucket).WithRecursive(true);
        return await subject.AdviceOn(settings.Endpoint!).ExplainedAsync(
            async () => await clients.Traffic.ListIncompleteUploadsEnumAsync(args, cancellationToken).ToListAsync(cancellationToken),
            cancellationToken);
    }

    /// <summary>Content that fails as soon as it is asked for.</summary>
    private sealed class GivenUp : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new GivenUpException();
    }

    private sealed class GivenUpException : Exception;
}
