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
        var settings = subject.QuickStore;
        var address = S3Address.From(settings.Endpoint!, settings.Region);
        var advice = new S3Advice(settings.Bucket!, address.Authority, address.Region);
        var before = subject.Time.GetUtcNow();
        DateTimeOffset? told;
        try
        {
            // Whatever it answers, it has a Date.
            using var answer = await subject.Http.GetAsync(settings.Endpoint, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            told = answer.Headers.Date;
        }
        catch (HttpRequestException error)
        {
            throw advice.Explain(error, subject.Time.GetUtcNow());
        }

        var now = subject.Time.GetUtcNow();
        if (told is not { } store)
        {
            yield return Finding.Ok($"{address.Authority} does not tell its time");
            yield break;
        }

        var skew = (before + ((now - before) / 2) - store).Duration();
        yield return skew > Refused
            ? Finding.Fail(advice.Explain(new S3Exception(HttpStatusCode.Forbidden, S3ErrorBody.None) { StoreTime = store }, now).Message)
            : skew > Noticeable
                ? Finding.Warn($"the clocks of this machine and of {address.Authority} differ by {skew.TotalSeconds:0} seconds; at 15 minutes "
                    + "the store refuses everything. Set the wrong one, best by NTP.")
                : Finding.Ok($"the clocks of this machine and of {address.Authority} agree");
    }
}
