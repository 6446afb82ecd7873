using System.Globalization;
using System.Net;
using System.Text;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>Speaks tus 1.0.0 letter by letter, right or wrong as the test wants it.</summary>
internal sealed class TusClient(HttpClient http)
{
    public const string ContentType = "application/offset+octet-stream";

    public static string Metadata(string key, string value) => $"{key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}";

    public static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    public static long OffsetOf(HttpResponseMessage answer) => long.Parse(Header(answer, "Upload-Offset")!, CultureInfo.InvariantCulture);

    public static Guid IdOf(string location) => Guid.Parse(location.Split('/')[^1]);

    /// <summary>Begins an upload and gives its path.</summary>
    public async Task<string> CreateAsync(long length, string? metadata = null)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/assets/tus", null, ("Upload-Length", $"{length}"), ("Upload-Metadata", metadata));
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        Assert.Equal("0", Header(answer, "Upload-Offset"));
        return answer.Headers.Location!.ToString();
    }

    public Task<HttpResponseMessage> PatchAsync(string path, long offset, byte[] piece, params (string, string?)[] headers) =>
        SendAsync(HttpMethod.Patch, path, piece, [("Upload-Offset", $"{offset}"), .. headers]);

    public Task<HttpResponseMessage> HeadAsync(string path) => SendAsync(HttpMethod.Head, path, null);

    public Task<HttpResponseMessage> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>Sends anything; a header of null is left out, <c>Tus-Resumable</c> is there unless it is given.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", headers.FirstOrDefault(h => h.Name == "Content-Type").Value ?? ContentType);
        }

        if (headers.All(header => header.Name != "Tus-Resumable"))
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
        }

        foreach (var (name, value) in headers.Where(header => header.Value is not null && header.Name != "Content-Type"))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request);
    }
}
