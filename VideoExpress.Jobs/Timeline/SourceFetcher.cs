using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Fetch;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Brings a job's source to a local file: from the store whatever is in it, else from the web.</summary>
internal sealed class SourceFetcher(SQLiteStorage storage, IObjectStore store, SourceKeys keys, UrlFetcher web)
{
    /// <summary>Fetches <paramref name="source"/> to <paramref name="path"/>; <paramref name="label"/> names it in errors, as in "clip 2".</summary>
    /// <exception cref="JobException">It cannot be had; the message begins with <paramref name="label"/>.</exception>
    public async Task FetchAsync(MediaSource source, string label, string path, CancellationToken cancellationToken)
    {
        var (key, isKnown) = storage.Read(connection =>
        {
            var found = keys.KeyOf(connection, source);
            return (found, found is { } named && ((Db)connection).FindSource(named) is not null);
        });
        if (key is null)
        {
            await FetchElsewhereAsync(source, label, path, cancellationToken);
        }
        else if (!await store.TryDownloadAsync(key.Value, path, cancellationToken))
        {
            throw new SourceException($"{label}: there is no {key} in the store{(isKnown ? " any more" : "")}.");
        }
    }

    private Task FetchElsewhereAsync(MediaSource source, string label, string path, CancellationToken cancellationToken) => source switch
    {
        MediaSource.Web found => FetchAsync(found.Url, label, path, cancellationToken),
        MediaSource.Stored stored => throw new SourceException($"{label}: {keys.WhyUnreadable(stored)}"),
        MediaSource.OfJob ofJob => throw new SourceException($"{label}: job {ofJob.JobId:D} has no output named \"{ofJob.Output}\"."),
        _ => throw new SourceException($"{label}: there is no {source} any more."),
    };

    /// <summary>Fetches a user's URL, under guard.</summary>
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
}

/// <summary>A source cannot be had, and trying again will not help.</summary>
internal sealed class SourceException(string message) : JobException(message, canHeal: false);
