using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using RestSharp;

namespace VideoExpress.Jobs.Gpu;

/// <summary>What an answer other than success means; decided on the status code alone, since proxies answer in HTML.</summary>
internal static class ProviderError
{
    /// <summary>No wait longer than this is believed: a broken header must not stop a job.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>True when the endpoint is out of order: there was no answer, or one of those that a proxy gives in its stead.</summary>
    public static bool IsFault(RestResponse response) => (int)response.StatusCode is 0 or 408 or >= 500;

    /// <summary>True when there was no answer, or one that a later call may not get.</summary>
    public static bool CanHeal(RestResponse response) =>
        IsFault(response) || (int)response.StatusCode is 425 or 429;

    /// <summary>The wait in the answer's <c>Retry-After</c>, in seconds or until a date by the other side's clock; null when it has none.</summary>
    public static TimeSpan? RetryAfter(RestResponse response, TimeProvider time)
    {
        if (!RetryConditionHeaderValue.TryParse(response.GetHeaderValue("Retry-After"), out var asked))
        {
            return null;
        }

        var now = DateTimeOffset.TryParseExact(
            response.GetHeaderValue("Date"), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : time.GetUtcNow();
        var wait = asked.Delta ?? asked.Date!.Value - now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < LongestWait ? wait : LongestWait;
    }

    /// <summary>The error for a call that was answered with anything but success.</summary>
    public static GpuException Of(RestResponse response, TimeProvider time) =>
        new(Message(response), CanHeal(response), response.ErrorException) { RetryAfter = RetryAfter(response, time) };

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
