using System.Net;
using System.Runtime.CompilerServices;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>Our clock beside the store's, by the Date of its answers: signatures hold the time.</summary>
internal static class StoreClockCheck
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(60);

    // The store refuses signatures beyond it.
    private static readonly TimeSpan Refused = TimeSpan.FromMinutes(15);

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var endpoint = subject.Settings.Store.Endpoint!;
        var before = subject.Time.GetUtcNow();
        DateTimeOffset? told;
        try
        {
            // Whatever it answers, it has a Date.
            using var answer = await subject.Http.GetAsync(endpoint, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            told = answer.Headers.Date;
        }
        catch (HttpRequestException error)
        {
            throw subject.AdviceOn(endpoint).Explain(error);
        }

        var now = subject.Time.GetUtcNow();
        if (told is not { } store)
        {
            yield return Finding.Ok($"{endpoint.Authority} does not tell its time");
            yield break;
        }

        var skew = (before + ((now - before) / 2) - store).Duration();
        yield return skew > Refused
            ? Finding.Fail(subject.AdviceOn(endpoint).Explain(new S3Exception(HttpStatusCode.Forbidden, S3ErrorBody.None) { StoreTime = store }).Message)
            : skew > Noticeable
                ? Finding.Warn($"the clocks of this machine and of {endpoint.Authority} differ by {skew.TotalSeconds:0} seconds; at 15 minutes "
                    + "the store refuses everything. Set the wrong one, best by NTP.")
                : Finding.Ok($"the clocks of this machine and of {endpoint.Authority} agree");
    }
}
