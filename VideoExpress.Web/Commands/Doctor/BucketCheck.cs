using System.Runtime.CompilerServices;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>The bucket: whether our key may do there what the product does.</summary>
internal static class BucketCheck
{
    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var store = new S3Store(subject.QuickStore, subject.Time);
        var settings = subject.QuickStore;
        var key = TrialObject.Key(subject.Time);
        try
        {
            yield return await StoreTrial.RunAsync(store, key, cancellationToken) is { } failure
                ? Finding.Fail($"the object store at {settings.Endpoint!.Authority} {failure}: is it S3-compatible, and is no cache in front of it?")
                : Finding.Ok($"put, read, list and delete work in \"{settings.Bucket}\" at {settings.Endpoint!.Authority}");
        }
        finally
        {
            await store.RemoveAsync(key);
        }
    }
}
