using VideoExpress.Jobs;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary>The URLs of published files.</summary>
internal sealed class OutputLinks(IObjectStore store, StoreSettings settings, ServerUrls server, TimeProvider time)
{
    /// <summary>A URL that works for <see cref="StoreSettings.UrlLifetime"/> from now on.</summary>
    public Uri Sign(JobOutput output, HttpRequest request) => store.PresignGet(output.Key, settings.UrlLifetime, server.ForClient(request));

    /// <summary>Changes twice in a URL's lifetime: an answer that a client keeps by its ETag never holds dead URLs.</summary>
    public long Epoch => time.GetUtcNow().UtcTicks / (settings.UrlLifetime.Ticks / 2);
}
