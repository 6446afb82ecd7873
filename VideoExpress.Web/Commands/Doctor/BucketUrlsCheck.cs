using System.Runtime.CompilerServices;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.S3;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>The bucket's URLs, as workers and players use them: signed for the address that is shown to them, and plain ones if it is public.</summary>
internal static class BucketUrlsCheck
{
    private static readonly TimeSpan UrlLifetime = TimeSpan.FromMinutes(5);

    // A store with an address of its own does not look at it.
    private static readonly Uri NoBase = new("http://localhost");

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = subject.QuickStore;
        using var store = new S3Store(settings, subject.Time);
        var key = TrialObject.Key(subject.Time);
        try
        {
            yield return await SignedAsync(subject, store, key, cancellationToken);
        }
        finally
        {
            await store.RemoveAsync(key);
        }

        if (settings.PublicBaseUrl is null)
        {
            yield break;
        }

        var published = TrialObject.PublishedKey(subject.Time);
        try
        {
            await store.PutAsync(published, cancellationToken);
            var url = store.PresignGet(published, UrlLifetime, NoBase);
            yield return await UrlTrial.GetAsync(
                subject.Http,
                url,
                answer => Task.FromResult($"Store:PublicBaseUrl: {url.Authority} answered {(int)answer.StatusCode} to a published file. "
                    + "Let anybody read the bucket there, or remove the setting: URLs are signed then."),
                cancellationToken) is { } refusal
                ? Finding.Fail(refusal)
                : Finding.Ok($"published files are read without signature at {url.Authority}");
        }
        finally
        {
            await store.RemoveAsync(published);
        }
    }

    private static async Task<Finding> SignedAsync(Subject subject, S3Store store, StoreKey key, CancellationToken cancellationToken)
    {
        var (shown, advice) = (subject.ShownEndpoint, subject.AdviceOn(subject.ShownEndpoint));
        try
        {
            return await UrlTrial.RunAsync(
                subject.Http,
                store.PresignPut(key, UrlLifetime, NoBase),
                store.PresignGet(key, UrlLifetime, NoBase),
                async answer => advice.Explain(await S3Exception.FromAsync(answer, subject.Time, cancellationToken)).Message,
                cancellationToken) is { } refusal
                ? Finding.Fail(refusal)
                : Finding.Ok($"signed URLs put and get at {shown.Authority}, whole and in part");
        }
        catch (HttpRequestException error) when (shown != subject.Settings.Store.Endpoint)
        {
            return Finding.Warn(
                $"{advice.Explain(error).Message} It is Store:PublicEndpoint, the address for workers and players: "
                + "if it is meant to be reached from here as well, mend it.");
        }
        catch (HttpRequestException error)
        {
            return Finding.Fail(advice.Explain(error).Message);
        }
    }
}
