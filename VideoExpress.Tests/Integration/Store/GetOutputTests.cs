using System.Net;
using System.Net.Http.Headers;
using VideoExpress.Jobs.Store;
using static VideoExpress.Tests.Integration.Store.ObjectStoreContract;

namespace VideoExpress.Tests.Integration.Store;

public sealed class GetOutputTests : OutputsTest
{
    [Theory]
    [InlineData(null, 200, null, "0123456789")]
    [InlineData("bytes=0-", 206, "bytes 0-9/10", "0123456789")]
    [InlineData("bytes=2-4", 206, "bytes 2-4/10", "234")]
    [InlineData("bytes=9-100", 206, "bytes 9-9/10", "9")]
    [InlineData("bytes=-3", 206, "bytes 7-9/10", "789")]
    [InlineData("bytes=-100", 206, "bytes 0-9/10", "0123456789")]
    [InlineData("bytes=10-", 416, "bytes */10", "")]
    [InlineData("bytes=5-2", 200, null, "0123456789")]
    [InlineData("bytes=0-1,5-6", 200, null, "0123456789")]
    [InlineData("nonsense", 200, null, "0123456789")]
    public async Task Get_ServesTheRange(string? range, int status, string? contentRange, string body)
    {
        var key = await StoredAsync(Published("clip.mp4"));
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
        {
            using var request = new HttpRequestMessage(method, GetUrl(key));
            if (range is not null)
            {
                request.Headers.TryAddWithoutValidation("Range", range);
            }

            using var answer = await Http.SendAsync(request);

            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(contentRange, answer.Content.Headers.ContentRange?.ToString());
            Assert.Equal(body.Length, answer.Content.Headers.ContentLength);
            Assert.Equal(method == HttpMethod.Get ? body : "", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Get_TellsAllThatAPlayerElsewhereNeeds()
    {
        var key = await StoredAsync(Published("clip.mp4"));

        using var answer = await Http.GetAsync(GetUrl(key));

        Assert.Equal("video/mp4", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("inline", answer.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal("bytes", answer.Headers.AcceptRanges.Single());
        Assert.Equal("private, max-age=3600, immutable", Header(answer, "Cache-Control"));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(answer, "Referrer-Policy"));
        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("sandbox", Header(answer, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.NotNull(answer.Headers.ETag);
        Assert.Equal(Time.Start.ToUnixTimeSeconds(), answer.Content.Headers.LastModified!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Get_LimitsCaching_ToTheTimeThatIsLeft_AndToWhatNeverChanges()
    {
        var published = GetUrl(await StoredAsync(Published("clip.mp4")));
        var inbox = GetUrl(await StoredAsync(Inbox("clip.mp4")));
        Time.Advance(TimeSpan.FromMinutes(50));

        using var first = await Http.GetAsync(published);
        using var second = await Http.GetAsync(inbox);

        Assert.InRange(first.Headers.CacheControl!.MaxAge!.Value, TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(601));
        Assert.Equal("no-cache, private", second.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Get_NamesTheDownload()
    {
        var key = await StoredAsync(Published("clip.mp4"));

        using var answer = await Http.GetAsync(GetUrl(key, Disposition.Attachment("Grüße\r\nX-Evil: 1/../a;b.mp4")));

        var disposition = answer.Content.Headers.ContentDisposition!;
        Assert.Equal("attachment", disposition.DispositionType);
        Assert.Equal("Grüße__X-Evil: 1_.._a;b.mp4", disposition.FileNameStar);
        Assert.False(answer.Headers.Contains("X-Evil"));
    }

    [Fact]
    public async Task Get_PlaysInPlace_AndNamesTheFile()
    {
        var key = await StoredAsync(Published("clip.mp4"));

        using var answer = await Http.GetAsync(GetUrl(key, Disposition.Inline("render-1-video.mp4")));

        var disposition = answer.Content.Headers.ContentDisposition!;
        Assert.Equal(("inline", "render-1-video.mp4"), (disposition.DispositionType, disposition.FileNameStar));
    }

    [Fact]
    public async Task ETag_OutlivesARestart()
    {
        var key = await StoredAsync(Published("clip.mp4"));
        using var before = await Http.GetAsync(GetUrl(key));

        await RestartAsync();

        using var after = await SendAsync(key, request => request.Headers.IfNoneMatch.Add(before.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, after.StatusCode);
    }

    [Fact]
    public async Task ETag_IsAnother_ForOtherContentOfTheSameMoment()
    {
        var key = await StoredAsync(Inbox("clip.mp4"));
        using var first = await Http.GetAsync(GetUrl(key));

        await StoredAsync(key, "9876543210");

        using var second = await Http.GetAsync(GetUrl(key));
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);
    }

    [Fact]
    public async Task Get_Answers304_UntilTheFileIsAnother()
    {
        var key = await StoredAsync(Inbox("clip.mp4"));
        using var first = await Http.GetAsync(GetUrl(key));

        using var same = await SendAsync(key, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!));
        Time.Advance(TimeSpan.FromSeconds(1));
        await StoredAsync(key, "9876543210");
        using var other = await SendAsync(key, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!));

        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());
        Assert.Equal("9876543210", await other.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Get_ServesARangeOnlyOfTheSameFile_WhenIfRangeAsksForIt()
    {
        var key = await StoredAsync(Inbox("clip.mp4"));
        using var first = await Http.GetAsync(GetUrl(key));
        void Ask(HttpRequestMessage request)
        {
            request.Headers.Range = new RangeHeaderValue(2, 4);
            request.Headers.IfRange = new RangeConditionHeaderValue(first.Headers.ETag!);
        }

        using var same = await SendAsync(key, Ask);
        Time.Advance(TimeSpan.FromSeconds(1));
        await StoredAsync(key, "9876543210");
        using var other = await SendAsync(key, Ask);

        Assert.Equal((HttpStatusCode.PartialContent, "234"), (same.StatusCode, await same.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.OK, "9876543210"), (other.StatusCode, await other.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("exp=", "exp=9")]
    [InlineData("exp=", "exp=-")]
    [InlineData("exp=", "exp=x")]
    [InlineData("exp=", "nothing=")]
    [InlineData("sig=", "sig=A")]
    [InlineData("sig=", "nothing=")]
    [InlineData("dl=film", "dl=page")]
    [InlineData("&dl=film", "")]
    [InlineData("dl=film", "dl=film&dl=film")]
    [InlineData("dl=film", "as=film")]
    [InlineData("dl=film", "as=&dl=film")]
    [InlineData("clip.mp4", "clip.mp3")]
    [InlineData("clip.mp4", "clip%2Emp4/")]
    [InlineData("/outputs/jobs", "/outputs/inbox/..%2Fjobs")]
    [InlineData("/outputs/jobs", "/outputs//jobs")]
    public async Task Get_Refuses_WhatIsNotSigned(string part, string instead)
    {
        var url = GetUrl(await StoredAsync(Published("clip.mp4")), Disposition.Attachment("film.mp4")).AbsoluteUri;
        using var good = await Http.GetAsync(new Uri(url));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);

        using var answer = await Http.GetAsync(new Uri(url.Replace(part, instead, StringComparison.Ordinal)));

        await AssertProblemAsync(answer, 403, "signature is missing, altered");
    }

    [Fact]
    public async Task Get_SaysThatItExpired_OnlyToWhoHadTheUrl()
    {
        var url = GetUrl(await StoredAsync(Published("clip.mp4")));
        Time.Advance(TimeSpan.FromSeconds(3601));

        using var expired = await Http.GetAsync(url);
        using var head = await Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, url));
        using var forged = await Http.GetAsync(new Uri(url + "x"));

        await AssertProblemAsync(expired, 403, "has expired");
        Assert.Equal(HttpStatusCode.Forbidden, head.StatusCode);
        await AssertProblemAsync(forged, 403, "signature is missing, altered");
    }

    [Fact]
    public async Task Get_TellsWhatIsMissing_OnlyToASignedUrl()
    {
        var url = GetUrl(Published("none.mp4"));

        using var signed = await Http.GetAsync(url);
        using var head = await Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, url));
        using var unsigned = await Http.GetAsync(new Uri(url.GetLeftPart(UriPartial.Path)));

        await AssertProblemAsync(signed, 404, "no such file");
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, unsigned.StatusCode);
    }

    [Fact]
    public async Task Outputs_KnowNoFile_WhenTheStoreIsS3()
    {
        using var s3 = new S3Store(
            new StoreSettings { Bucket = "videos", Endpoint = new Uri("http://localhost:1"), AccessKey = "a", SecretKey = "b" },
            TimeProvider.System);
        await using var host = await OutputsHost.StartAsync(s3);
        var path = GetUrl(Published("clip.mp4")).PathAndQuery;

        using var get = await Http.GetAsync(new Uri(host.Url, path));
        using var put = await Http.PutAsync(new Uri(host.Url, path), new StringContent("x"));

        await AssertProblemAsync(get, 404, "object store");
        await AssertProblemAsync(put, 404, "object store");
    }

    [Fact]
    public async Task SignedUrl_LeadsBelowTheBase_WhereverThatIs()
    {
        var url = Store.PresignGet(Published("clip.mp4"), TimeSpan.FromHours(1), new Uri("https://example.com/videos/?x=1"));

        Assert.StartsWith("https://example.com/videos/outputs/jobs/", url.AbsoluteUri, StringComparison.Ordinal);
        using var answer = await Http.GetAsync(new Uri(Host, url.PathAndQuery["/videos".Length..]));
        await AssertProblemAsync(answer, 404, "no such file");
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.NonValidated[name].ToString();

    private async Task<HttpResponseMessage> SendAsync(StoreKey key, Action<HttpRequestMessage> adjust)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, GetUrl(key));
        adjust(request);
        return await Http.SendAsync(request);
    }
}
