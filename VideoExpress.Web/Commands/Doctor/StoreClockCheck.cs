using System.Net;
using System.Runtime.CompilerServices;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>Our clock beside the store's, by the Date of its answers: signatures hold the time.</summary>
internal static class StoreClockCheck
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(60);

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var endpoint = subject.Settings.Store.Endpoint!;
        var before = subject.Time.GetUtcNow();
        DateTimeOffset? told = null;
        var isReached = true;
        try
        {
            // Whatever it answers, it has a Date.
            using var answer = await subject.Http.GetAsync(endpoint, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            told = answer.Headers.Date;
        }
        catch (HttpRequestException)
        {
            // Why, the check of the bucket says.
            isReached = false;
        }

        var now = subject.Time.GetUtcNow();
        if (told is not { } store)
        {
            yield return isReached
                ? Finding.Ok($"{endpoint.Authority} does not tell its time")
                : Finding.Warn($"not tried, since {endpoint.Authority} cannot be reached");
            yield break;
        }

        var skew = (before + ((now - before) / 2) - store).Duration();
        yield return skew > S3Advice.LargestSkew
            ? Finding.Fail(subject.AdviceOn(endpoint).Explain(new S3Exception(HttpStatusCode.Forbidden, S3ErrorBody.None) { StoreTime = store }).Message)
            : skew > Noticeable
                ? Finding.Warn($"the clocks of this machine and of {endpoint.Authority} differ by {skew.TotalSeconds:0} seconds; at {S3Advice.LargestSkew.TotalMinutes:0} minutes "
                    + "the store refuses everything. Set the wrong one, best by NTP.")
                : Finding.Ok($"the clocks of this machine and of {endpoint.Authority} agree");
    }
}
