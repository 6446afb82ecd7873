using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VideoExpress.Tests.Provider;

/// <summary>A worker's way to the store: signed URLs, repeated with back-off while the store is away.</summary>
internal sealed class StoreFiles : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>The document at a URL; null when it is absent (403 and 404), or none.</summary>
    public async Task<JsonObject?> GetAsync(string url, CancellationToken cancellationToken)
    {
        using var answer = await UntilFinalAsync(() => _http.GetAsync(url, cancellationToken), cancellationToken);
        try
        {
            return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public Task PutAsync(string url, JsonObject document, CancellationToken cancellationToken) =>
        PutAsync(url, JsonSerializer.SerializeToUtf8Bytes(document), "application/json", cancellationToken);

    /// <exception cref="HttpRequestException">The store refuses it.</exception>
    public async Task PutAsync(string url, byte[] bytes, string contentType, CancellationToken cancellationToken)
    {
        using var answer = await UntilFinalAsync(
            async () =>
            {
                using var content = new ByteArrayContent(bytes);
                content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
                return await _http.PutAsync(url, content, cancellationToken);
            },
            cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    private static async Task<HttpResponseMessage> UntilFinalAsync(Func<Task<HttpResponseMessage>> send, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var answer = await send();
                if ((int)answer.StatusCode < 500 && answer.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests))
                {
                    return answer;
                }

                answer.Dispose();
            }
            catch (Exception away) when (away is HttpRequestException or IOException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The store's server is down: it comes back.
            }

            await Task.Delay(pause, TimeProvider.System, cancellationToken);
        }
    }
}
