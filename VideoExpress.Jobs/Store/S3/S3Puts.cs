using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;

namespace VideoExpress.Jobs.Store.S3;

/// <summary>
/// The requests that bring an object into the bucket. The S3 client has them only as one call that sends part after part, hashes each
/// twice while nothing is sent, and cannot name the file.
/// </summary>
internal sealed class S3Puts(S3Clients clients, string bucket)
{
    private readonly string _base = $"{(clients.Address.Tls ? "https" : "http")}://{clients.Address.Authority}/{bucket}/";

    /// <summary>Puts a whole object.</summary>
    public async Task PutAsync(StoreKey key, NewObject what, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var content = new WatchedContent(body);
        Describe(content, what);
        using var answer = await SendAsync(HttpMethod.Put, key, "", content, S3Signature.HashOf(body.Span), cancellationToken);
    }

    /// <summary>Begins an object in parts; its id.</summary>
    public async Task<string> BeginAsync(StoreKey key, NewObject what, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent([]);
        Describe(content, what);
        using var answer = await SendAsync(HttpMethod.Post, key, "?uploads=", content, S3Signature.HashOf([]), cancellationToken);
        await using var xml = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var document = await XDocument.LoadAsync(xml, LoadOptions.None, cancellationToken);
        return document.Root!.Elements().First(element => element.Name.LocalName == "UploadId").Value;
    }

    /// <summary>Puts a part, counted from 1, whose hash is known; the tag by which <see cref="CompleteAsync"/> knows it.</summary>
    public async Task<string> PutPartAsync(
        StoreKey key, string uploadId, int number, ReadOnlyMemory<byte> body, string bodyHash, CancellationToken cancellationToken)
    {
        using var content = new WatchedContent(body);
        var query = string.Create(CultureInfo.InvariantCulture, $"?partNumber={number}&{Id(uploadId)}");
        using var answer = await SendAsync(HttpMethod.Put, key, query, content, bodyHash, cancellationToken);
        return answer.Headers.NonValidated["ETag"].ToString();
    }

    /// <summary>Makes the object of its parts.</summary>
    public async Task CompleteAsync(StoreKey key, string uploadId, IEnumerable<string> tags, CancellationToken cancellationToken)
    {
        var parts = tags.Select((tag, index) => new XElement("Part", new XElement("PartNumber", index + 1), new XElement("ETag", tag)));
        var body = Encoding.UTF8.GetBytes(new XElement("CompleteMultipartUpload", parts).ToString(SaveOptions.DisableFormatting));
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
        using var answer = await SendAsync(HttpMethod.Post, key, $"?{Id(uploadId)}", content, S3Signature.HashOf(body), cancellationToken);
    }

    /// <summary>Ends an upload in parts and throws its parts away.</summary>
    public async Task AbortAsync(StoreKey key, string uploadId, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Delete, key, $"?{Id(uploadId)}", content: null, S3Signature.HashOf([]), cancellationToken);
    }

    private static string Id(string uploadId) => $"uploadId={Uri.EscapeDataString(uploadId)}";

    // The signature does not cover these.
    private static void Describe(HttpContent content, NewObject what)
    {
        content.Headers.TryAddWithoutValidation("Content-Type", what.ContentType);
        if (what.DownloadName is { } name)
        {
            content.Headers.TryAddWithoutValidation("Content-Disposition", Disposition.Inline(name).ToString());
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, StoreKey key, string query, HttpContent? content, string bodyHash, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(_base + key + query)) { Content = content };
        clients.Signature.Sign(request, bodyHash);
        return await clients.Http.SendAsync(request, cancellationToken);
    }
}
