using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Fetch;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Brings a job's source to a local file: from the web, from the configured store, from assets, from our own outputs.</summary>
internal sealed class SourceFetcher(SQLiteStorage storage, IObjectStore store, StoreSettings settings, ServerAddress address, UrlFetcher web)
{
    private const string OutputsPath = "outputs/";

    /// <summary>Fetches <paramref name="source"/> to <paramref name="path"/>; <paramref name="label"/> names it in errors, as in "clip 2".</summary>
    /// <exception cref="JobException">It cannot be had.</exception>
    public async Task FetchAsync(MediaSource source, string label, string path, CancellationToken cancellationToken)
    {
        if (KeyOf(source, label) is { } key)
        {
            await CopyAsync(key, source, label, path, cancellationToken);
        }
        else
        {
            await FetchAsync(((MediaSource.Web)source).Url, label, path, cancellationToken);
        }
    }

    /// <summary>Fetches a user's URL, under guard.</summary>
    /// <exception cref="FetchException">It cannot be had; the message begins with <paramref name="label"/>.</exception>
    private async Task FetchAsync(Uri url, string label, string path, CancellationToken cancellationToken)
    {
        try
        {
            await web.FetchAsync(url, path, cancellationToken);
        }
        catch (FetchException error)
        {
            throw error.For(label);
        }
    }

    /// <summary>The published object that a URL of this very server names; null for any other.</summary>
    public static StoreKey? OwnKey(Uri url, ServerAddress address) =>
        address.OwnPath(url) is { } path && path.StartsWith(OutputsPath, StringComparison.Ordinal)
        && StoreKey.TryParse(Uri.UnescapeDataString(path[OutputsPath.Length..]), out var key) && key.IsPublished
            ? key
            : null;

    private StoreKey? KeyOf(MediaSource source, string label) => source switch
    {
        MediaSource.Web web => OwnKey(web.Url, address),
        MediaSource.Stored stored => StoredKey(stored, label),
        MediaSource.Asset asset => AssetKey(asset, label),
        MediaSource.OfJob ofJob => OutputKey(ofJob, label),
        _ => null,
    };

    private StoreKey StoredKey(MediaSource.Stored stored, string label)
    {
        if (stored.Bucket != settings.Bucket)
        {
            throw new SourceException(settings.Bucket is { } bucket
                ? $"{label}: {stored} is in another bucket; this server reads {bucket} only."
                : $"{label}: {stored} cannot be read, since no S3 store is configured here (S3_BUCKET).");
        }

        return StoreKey.TryParse(stored.Key, out var key) ? key : throw new SourceException($"{label}: {stored} names no object that this server can read.");
    }

    private StoreKey AssetKey(MediaSource.Asset source, string label) =>
        storage.Read(connection => ((Db)connection).FindAsset(source.Id))?.Key
        ?? throw new SourceException($"{label}: there is no {source} any more.");

    private StoreKey OutputKey(MediaSource.OfJob ofJob, string label)
    {
        var outputs = storage.Read(connection => ((Db)connection).OutputsOf(ofJob.JobId, OutputTable.Output));
        return outputs.FirstOrDefault(output => output.Name == ofJob.Output)?.Key
            ?? throw new SourceException($"{label}: job {ofJob.JobId:D} has no output named \"{ofJob.Output}\".");
    }

    private async Task CopyAsync(StoreKey key, MediaSource source, string label, string path, CancellationToken cancellationToken)
    {
        if (!await store.TryDownloadAsync(key, path, cancellationToken))
        {
            throw new SourceException($"{label}: there is no {source} in the store any more.");
        }
    }
}

/// <summary>A source cannot be had, and trying again will not help.</summary>
internal sealed class SourceException(string message) : JobException(message, canHeal: false);
