using System.Net;
using System.Net.Http.Headers;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>What a worker and a player do with signed URLs, by a plain HTTP client.</summary>
internal static class UrlTrial
{
    /// <summary>Puts, gets, and gets a part; null when all of it works, else what did not.</summary>
    /// <param name="http">A client without any key.</param>
    /// <param name="put">The URL to put to.</param>
    /// <param name="get">The URL to get the same from.</param>
    /// <param name="explain">What an answer other than success means.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    public static async Task<string?> RunAsync(
        HttpClient http, Uri put, Uri get, Func<HttpResponseMessage, Task<string>> explain, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(TrialObject.Content);
        content.Headers.ContentType = new MediaTypeHeaderValue(TrialObject.ContentType);
        using var taken = await http.PutAsync(put, content, cancellationToken);
        return taken.IsSuccessStatusCode ? await GetAsync(http, get, explain, cancellationToken) : await explain(taken);
    }

    /// <summary>Gets the trial object, whole and in part; null when both work.</summary>
    /// <inheritdoc cref="RunAsync" path="/exception"/>
    public static async Task<string?> GetAsync(
        HttpClient http, Uri get, Func<HttpResponseMessage, Task<string>> explain, CancellationToken cancellationToken)
    {
        using var whole = await http.GetAsync(get, cancellationToken);
        if (!whole.IsSuccessStatusCode)
        {
            return await explain(whole);
        }

        var got = await whole.Content.ReadAsByteArrayAsync(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, get) { Headers = { Range = new RangeHeaderValue(0, 9) } };
        using var part = await http.SendAsync(request, cancellationToken);
        return got.AsSpan().SequenceEqual(TrialObject.Content)
            ? part.StatusCode == HttpStatusCode.PartialContent
                ? null
                : $"{get.Authority} does not answer to Range, without which players cannot seek: a proxy in front may drop it."
            : $"{get.Authority} gave something else than was put: is a proxy in front that changes it?";
    }
}
