using System.Globalization;
using System.Net;

namespace VideoExpress.Jobs.Fetch;

/// <summary>What a server's answer, or the want of one, means to the fetcher.</summary>
internal static class FetchAnswers
{
    // Longer waits are the business of the job's own retries.
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Where a redirect leads, perhaps relative; null when the answer is none.</summary>
    public static Uri? Redirect(HttpResponseMessage response) => response.StatusCode
        is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        ? response.Headers.Location
        : null;

    /// <summary>The error for an answer other than 200.</summary>
    public static FetchException Refusal(string host, HttpResponseMessage response, TimeProvider time)
    {
        var status = (int)response.StatusCode;
        var canHeal = status is 408 or 429 or >= 500;
        var advice = status switch
        {
            401 or 403 => "The file must be readable without a login: share it by a public or signed link.",
            404 or 410 => "Check the address; the file is not there.",
            429 => "It asks for fewer requests; try again later.",
            _ when canHeal => "Try again later.",
            _ => "Check the address.",
        };
        return new FetchException(string.Create(CultureInfo.InvariantCulture, $"{host} answered {status}. {advice}"), canHeal)
        {
            RetryAfter = canHeal ? Wait(response, time) : null,
        };
    }

    /// <summary>The error for a connection that failed or broke off.</summary>
    public static FetchException Broken(string host, Exception cause) =>
        cause is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? new FetchException($"{host} has no valid certificate for https.", canHeal: false, cause)
            : new FetchException($"The connection to {host} broke off.", canHeal: true, cause);

    private static TimeSpan? Wait(HttpResponseMessage response, TimeProvider time)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, LongestWait.Ticks)) : null;
    }
}
