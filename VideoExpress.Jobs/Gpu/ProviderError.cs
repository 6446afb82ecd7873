using System.Globalization;
using System.Net;
using RestSharp;

namespace VideoExpress.Jobs.Gpu;

/// <summary>What an answer other than success means; decided on the status code alone, since proxies answer in HTML.</summary>
internal static class ProviderError
{
    /// <summary>True when there was no answer, or one that a later call may not get.</summary>
    public static bool CanHeal(RestResponse response) =>
        (int)response.StatusCode is 0 or 408 or 425 or 429 or >= 500;

    /// <summary>The wait in the answer's <c>Retry-After</c>, if it is one in seconds.</summary>
    public static TimeSpan? RetryAfter(RestResponse response) =>
        int.TryParse(response.GetHeaderValue("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>The error for a call that was answered with anything but success.</summary>
    public static GpuException Of(RestResponse response) =>
        new(Message(response), CanHeal(response), response.ErrorException) { RetryAfter = RetryAfter(response) };

    /// <summary>A sentence fit for a creator.</summary>
    public static string Message(RestResponse response) => response.StatusCode switch
    {
        0 => "The GPU provider could not be reached.",
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "The GPU provider refused the key: check RUNPOD_API_KEY.",
        HttpStatusCode.NotFound => "The GPU endpoint does not exist: check RUNPOD_ENDPOINT.",
        HttpStatusCode.TooManyRequests => "The GPU provider is asked too often at the moment.",
        >= HttpStatusCode.Ambiguous and < HttpStatusCode.BadRequest =>
            "The GPU endpoint redirects elsewhere: set RUNPOD_ENDPOINT to its final URL.",
        >= HttpStatusCode.InternalServerError => string.Create(
            CultureInfo.InvariantCulture, $"The GPU provider is out of order at the moment (HTTP {(int)response.StatusCode})."),
        _ => ErrorText.FromBody(response.Content) is { } reason
            ? $"The GPU provider refused the request: {reason}"
            : string.Create(CultureInfo.InvariantCulture, $"The GPU provider refused the request (HTTP {(int)response.StatusCode})."),
    };
}
