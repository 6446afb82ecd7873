using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>The URLs of an asset's files; they work for <see cref="StoreSettings.UrlLifetime"/> from now on. None once they are removed, or missing.</summary>
internal sealed class AssetLinks(IObjectStore store, StoreSettings settings, ServerUrls server)
{
    /// <summary>Shows the file in place, and saves it under the asset's name.</summary>
    public Uri? Source(Asset asset, HttpRequest request) => Sign(asset, asset.Key, Disposition.Inline(asset.DownloadName), request);

    /// <summary>Saves the file under the asset's name.</summary>
    public Uri? Download(Asset asset, HttpRequest request) => Sign(asset, asset.Key, Disposition.Attachment(asset.DownloadName), request);

    /// <summary>The thumbnail; null also where there is none.</summary>
    public Uri? Thumbnail(Asset asset, HttpRequest request) =>
        asset.ThumbnailKey is { } key ? Sign(asset, key, Disposition.InPlace, request) : null;

    private Uri? Sign(Asset asset, StoreKey key, Disposition disposition, HttpRequest request) => asset is { Trash: null or { State: TrashState.Trashed }, IsMissing: false }
        ? store.PresignGet(key, settings.UrlLifetime, server.ForClient(request), disposition)
        : null;
}
