using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;

namespace VideoExpress.Tests.Unit.Store;

public sealed class OutputUrlsTests
{
    private static readonly StoreKey Key = StoreKey.Parse("jobs/a/clip.mp4");
    private static readonly Uri Base = new("http://localhost:8000");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, 600, TimeSpan.Zero));
    private readonly OutputUrls _urls;

    public OutputUrlsTests() => _urls = new OutputUrls(new byte[32], _time);

    [Fact]
    public void Sign_IsTheWrittenForm()
    {
        // printf 'GET|jobs/a/clip.mp4|1893553506|dl=a b.mp4' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…00 -binary
        // | basenc --base64url
        Assert.Equal(
            "http://localhost:8000/outputs/jobs/a/clip.mp4?exp=1893553506&dl=a%20b.mp4&sig=9amjUgqQy3PKQOOQwwHJvimC97tz2dR2ebcEANrcmUE",
            _urls.Sign(HttpMethod.Get, Key, TimeSpan.FromSeconds(60), Base, Disposition.Attachment("a b.mp4")).AbsoluteUri);
    }

    [Fact]
    public void Check_IsValid_UntilTheLastMoment()
    {
        var (exp, sig) = Parts(_urls.Sign(HttpMethod.Get, Key, TimeSpan.FromSeconds(60), Base));

        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(OutputUrlVerdict.Valid, _urls.Check(HttpMethod.Get, Key, exp, null, sig, out var left));
        Assert.Equal(TimeSpan.FromMilliseconds(400), left);

        _time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(OutputUrlVerdict.Expired, _urls.Check(HttpMethod.Get, Key, exp, null, sig, out _));
    }

    [Fact]
    public void Check_KnowsAForgery_InEachPart()
    {
        var (exp, sig) = Parts(_urls.Sign(HttpMethod.Get, Key, TimeSpan.FromSeconds(60), Base));
        var other = new OutputUrls([.. Enumerable.Repeat((byte)1, 32)], _time);

        Assert.Equal(OutputUrlVerdict.Forged, _urls.Check(HttpMethod.Put, Key, exp, null, sig, out _));
        Assert.Equal(OutputUrlVerdict.Forged, _urls.Check(HttpMethod.Get, StoreKey.Parse("jobs/a/clip.mp3"), exp, null, sig, out _));
        Assert.Equal(OutputUrlVerdict.Forged, _urls.Check(HttpMethod.Get, Key, "1" + exp, null, sig, out _));
        Assert.Equal(OutputUrlVerdict.Forged, _urls.Check(HttpMethod.Get, Key, exp, Disposition.Attachment("page.html"), sig, out _));
        Assert.Equal(OutputUrlVerdict.Forged, _urls.Check(HttpMethod.Get, Key, exp, null, "", out _));
        Assert.Equal(OutputUrlVerdict.Forged, other.Check(HttpMethod.Get, Key, exp, null, sig, out _));
    }

    [Fact]
    public void Check_IsNotFooled_ByANameThatLooksLikeAnExpiry()
    {
        // "GET|key|exp|dl=9999999999|dl=x" reads the same whether the bar belongs to the name or ends the expiry.
        var (exp, sig) = Parts(_urls.Sign(HttpMethod.Get, Key, TimeSpan.FromSeconds(60), Base, Disposition.Attachment("9999999999|dl=x")));

        Assert.Equal(OutputUrlVerdict.Valid, _urls.Check(HttpMethod.Get, Key, exp, Disposition.Attachment("9999999999|dl=x"), sig, out _));
        Assert.Equal(OutputUrlVerdict.Forged, _urls.Check(HttpMethod.Get, Key, $"{exp}|dl=9999999999", Disposition.Attachment("x"), sig, out _));
    }

    [Fact]
    public void Check_TellsWhatIsSaved_FromWhatIsShown()
    {
        var (exp, sig) = Parts(_urls.Sign(HttpMethod.Get, Key, TimeSpan.FromSeconds(60), Base, Disposition.Inline("a.mp4")));

        Assert.Equal(OutputUrlVerdict.Valid, _urls.Check(HttpMethod.Get, Key, exp, Disposition.Inline("a.mp4"), sig, out _));
        Assert.Equal(OutputUrlVerdict.Forged, _urls.Check(HttpMethod.Get, Key, exp, Disposition.Attachment("a.mp4"), sig, out _));
        Assert.Equal(OutputUrlVerdict.Forged, _urls.Check(HttpMethod.Get, Key, exp, null, sig, out _));
    }

    private static (string Exp, string Sig) Parts(Uri url)
    {
        var query = QueryHelpers.ParseQuery(url.Query);
        return (query["exp"].ToString(), query["sig"].ToString());
    }
}
