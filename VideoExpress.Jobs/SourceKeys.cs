using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs;

/// <summary>Which object of the store a source names, in whatever form it is given: the same to whoever checks it and to whoever reads it.</summary>
internal sealed class SourceKeys(StoreSettings store, ServerAddress address)
{
    /// <summary>Its key; null for a file of the web, and for what is not there.</summary>
    public StoreKey? KeyOf(Db db, MediaSource source) => source switch
    {
        MediaSource.Web web => KeyIn(db, web.Url),
        MediaSource.Stored stored => stored.Bucket == store.Bucket && StoreKey.TryParse(stored.Key, out var key) ? key : null,
        MediaSource.Asset asset => db.FindAsset(asset.Id)?.Key,
        MediaSource.OfJob ofJob => db.FindOutputKey(ofJob.JobId, ofJob.Output),
        _ => null,
    };

    /// <summary>True for a URL of this very server.</summary>
    public bool IsOwn(Uri url) => address.OwnPath(url) is not null;

    /// <summary>Why the store has nothing by this name that may be read; null when it may have.</summary>
    public string? WhyUnreadable(MediaSource.Stored stored) => stored.Bucket switch
    {
        _ when store.Bucket is null => $"{stored} cannot be read, since no S3 store is configured here (S3_BUCKET).",
        _ when stored.Bucket != store.Bucket => $"{stored} is in another bucket; this server reads {store.Bucket} only.",
        _ when !StoreKey.TryParse(stored.Key, out _) => $"{stored} names no object that this server can read.",
        _ => null,
    };

    /// <summary>
    /// The key of ours that a URL ends in, whatever stands before it: this server by any of its names, the store's address or the public
    /// one, with the bucket in the host, in the path or left out, signed, expired or plain. Our keys hold ids that nobody else has, and
    /// what they name never changes, so the store's copy is the file that is meant.
    /// </summary>
    private static StoreKey? KeyIn(Db db, Uri url)
    {
        var segments = Uri.UnescapeDataString(url.AbsolutePath).Split('/');
        foreach (var length in (int[])[StoreKey.PublishedSegments, StoreKey.AssetSegments])
        {
            if (segments.Length >= length && StoreKey.TryParse(string.Join('/', segments[^length..]), out var key)
                && db.FindSource(key) is not null)
            {
                return key;
            }
        }

        return null;
    }
}
