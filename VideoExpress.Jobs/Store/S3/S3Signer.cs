using Minio;
using Minio.DataModel.Args;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>Signs URLs of one bucket for the one address that its client was made for; sends nothing.</summary>
internal sealed class S3Signer(IMinioClient client, string bucket)
{
    /// <summary>A URL that reads an object, and tells the reader's browser how to take it.</summary>
    public Uri Get(StoreKey key, TimeSpan lifetime, Disposition? disposition = null)
    {
        var args = new PresignedGetObjectArgs().WithBucket(bucket).WithObject(key.Value).WithExpiry(Seconds(lifetime));
        if (disposition is not null)
        {
            args.WithHeaders(new Dictionary<string, string>
            {
                ["response-content-disposition"] = disposition.ToString(),
            });
        }

        return Completed(client.PresignedGetObjectAsync(args));
    }

    /// <summary>A URL that puts an object.</summary>
    public Uri Put(StoreKey key, TimeSpan lifetime) => Completed(client.PresignedPutObjectAsync(
        new PresignedPutObjectArgs().WithBucket(bucket).WithObject(key.Value).WithExpiry(Seconds(lifetime))));

    // Signing asks nobody once the region is known, so the task is done when it is returned.
    private static Uri Completed(Task<string> signed) => new(signed.GetAwaiter().GetResult());

    private static int Seconds(TimeSpan lifetime) => (int)Math.Ceiling(lifetime.TotalSeconds);
}
