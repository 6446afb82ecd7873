using VideoExpress.Jobs.Assets;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>The URLs of an asset's files; they work for <see cref="StoreSettings.UrlLifetime"/> from now on.</summary>
internal sealed class AssetLinks(IObjectStore store, StoreSettings settings, ServerUrls server)
{
    /// <summary>The file, saved under the asset's name; null once it is removed.</summary>
    public Uri? Download(Asset asset, HttpRequest request) => Sign(asset, asset.Key, Disposition.Attachment(asset.DownloadName), request);

    /// <summary>The thumbnail, shown in place; null where there is none.</summary>
    public Uri? Thumbnail(Asset asset, HttpRequest request) => asset.ThumbnailKey is { } key ? Sign(asset, key, Disposition.InPlace, request) : null;

    private Uri? Sign(Asset asset, StoreKey key, Disposition disposition, HttpRequest request) =>
        asset.Trash is null or { State: TrashState.Trashed }
            ? store.PresignGet(key, settings.UrlLifetime, server.ForClient(request), disposition)
            : null;
}
