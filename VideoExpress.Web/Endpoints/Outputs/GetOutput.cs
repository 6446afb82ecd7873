using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Problems;

namespace VideoExpress.Web.Endpoints.Outputs;

/// <summary><c>GET</c> and <c>HEAD /outputs/{key}</c>: the whole file or ranges of it, with validators.</summary>
internal static class GetOutput
{
    // Enough for the browser's own players, and nothing for a page that somebody managed to store.
    private const string ContentSecurityPolicy =
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox";

    /// <summary>A URL signed for GET also answers HEAD.</summary>
    public static Results<FileStreamHttpResult, ProblemHttpResult> Handle(string key, HttpContext http, IObjectStore store)
    {
        var headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (SignedOutput.Check(HttpMethod.Get, key, http.Request, store, out var refusal) is not { } output)
        {
            return refusal!;
        }

        return output.Folder.Open(output.Key) is { } file
            ? Answer(output, file.Object, file.Content, http)
            : Problem.Of(StatusCodes.Status404NotFound, "There is no such file: it was never stored, or it was removed.");
    }

    private static FileStreamHttpResult Answer(SignedOutput output, StoredObject found, Stream content, HttpContext http)
    {
        http.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        http.Response.Headers.ContentDisposition = (output.Disposition ?? Disposition.InPlace).ToString();
        // What is published never changes; what a worker puts may be put again.
        http.Response.Headers.CacheControl = output.Key.IsPublished
            ? string.Create(CultureInfo.InvariantCulture, $"private, max-age={(long)output.Left.TotalSeconds}, immutable")
            : "private, no-cache";
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{found.Length:x}-{found.ModifiedAt.UtcTicks:x}\"");
        return TypedResults.Stream(
            content,
            found.ContentType,
            lastModified: found.ModifiedAt,
            entityTag: new EntityTagHeaderValue(tag),
            enableRangeProcessing: true);
    }
}
