using VideoExpress.Jobs;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Web.Endpoints.Jobs;

/// <summary>The URLs of published files.</summary>
internal sealed class OutputLinks(IObjectStore store, StoreSettings settings, ServerUrls server, TimeProvider time)
{
    /// <summary>A URL that plays a file in place and saves it under a good name; works for <see cref="StoreSettings.UrlLifetime"/> from now on.</summary>
    public Uri Sign(Job job, JobOutput output, HttpRequest request) => Sign(output, request, Disposition.Inline(job.DownloadNameOf(output.Key)));

    /// <summary>A URL that saves a file under the same name.</summary>
    public Uri SignDownload(Job job, JobOutput output, HttpRequest request) =>
        Sign(output, request, Disposition.Attachment(job.DownloadNameOf(output.Key)));

    /// <summary>Changes twice in a URL's lifetime: an answer that a client keeps by its ETag never holds dead URLs.</summary>
    public long Epoch => time.GetUtcNow().UtcTicks / (settings.UrlLifetime.Ticks / 2);

    private Uri Sign(JobOutput output, HttpRequest request, Disposition disposition) =>
        store.PresignGet(output.Key, settings.UrlLifetime, server.ForClient(request), disposition);
}
