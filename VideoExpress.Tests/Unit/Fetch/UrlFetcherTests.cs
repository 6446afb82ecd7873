using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Fetch;

namespace VideoExpress.Tests.Unit.Fetch;

public sealed class UrlFetcherTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fetch-").FullName;

    private string Destination => Path.Combine(_folder, "clip");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Fetch_StoresTheWholeFile()
    {
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        await using var server = await FileServer.StartAsync(http => http.Response.Body.WriteAsync(content).AsTask());
        var file = await Fetch(server, "http://example.com/a.mp4");
        Assert.Equal(content.Length, file.Bytes);
        Assert.Equal(content, await File.ReadAllBytesAsync(Destination));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData(404, false)]
    [InlineData(403, false)]
    [InlineData(204, false)]
    [InlineData(408, true)]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    public async Task Fetch_NamesHostAndAnswer_AndSaysWhetherItHeals(int status, bool canHeal)
    {
        await using var server = await FileServer.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var e = await Fails(server, "http://example.com/secret?token=x");
        Assert.StartsWith($"example.com answered {status}.", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("token", e.Message, StringComparison.Ordinal);
        Assert.Equal(canHeal, e.CanHeal);
    }

    [Theory]
    [InlineData("17", 17)]
    [InlineData("Tue, 02 Jan 2024 00:01:00 GMT", 60)]
    [InlineData("999999", 3600)]
    public async Task Fetch_KeepsRetryAfter(string header, double seconds)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2024, 1, 2, 0, 0, 0, TimeSpan.Zero));
        await using var server = await FileServer.StartAsync(http =>
        {
            http.Response.StatusCode = 429;
            http.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        });
        var e = await Fails(server, "http://example.com/", time: clock);
        Assert.Equal(TimeSpan.FromSeconds(seconds), e.RetryAfter);
    }

    [Fact]
    public async Task Fetch_FollowsRedirects_ToOtherHosts()
    {
        await using var server = await FileServer.StartAsync(http => http.Request.Path == "/b"
            ? http.Response.WriteAsync("here")
            : Redirect(http, "http://cdn.example.com/b"));
        server.Names["cdn.example.com"] = [FileServer.Public];
        Assert.Equal(4, (await Fetch(server, "http://example.com/a")).Bytes);
    }

    [Theory]
    [InlineData("http://127.0.0.1/x", "127.0.0.1 is a private or local address")]
    [InlineData("http://[::1]/x", "is a private or local address")]
    [InlineData("http://internal.example.com/x", "internal.example.com is a private or local address")]
    [InlineData("file:///etc/passwd", "Only http and https")]
    [InlineData("http://user:pw@example.com/x", "holds a user name or password")]
    [InlineData("/again", "redirects too often")]
    public async Task Fetch_ChecksEveryRedirect(string target, string message)
    {
        await using var server = await FileServer.StartAsync(http => Redirect(http, target));
        server.Names["internal.example.com"] = [IPAddress.Parse("10.0.0.7")];
        server.Names["127.0.0.1"] = [IPAddress.Loopback];
        server.Names["::1"] = server.Names["[::1]"] = [IPAddress.IPv6Loopback];
        var e = await Fails(server, "http://example.com/a");
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.False(e.CanHeal);
        Assert.All(server.Dialled, d => Assert.Equal(FileServer.Public, d.Address));
    }

    [Fact]
    public async Task Fetch_ConnectsToTheAddressThatWasChecked_WhateverTheNameSaysNext()
    {
        await using var server = await FileServer.StartAsync(http => http.Response.WriteAsync("public"));
        var answers = new Queue<IPAddress[]>([[FileServer.Public], [IPAddress.Loopback]]);
        var rebinding = server.Network with { Resolve = (_, _) => Task.FromResult(answers.Dequeue()) };
        using var fetcher = new UrlFetcher(new FetchSettings(), TimeProvider.System, rebinding);
        await fetcher.FetchAsync(new Uri("http://example.com/"), Destination, CancellationToken.None);
        Assert.Equal(FileServer.Public, Assert.Single(server.Dialled).Address);
        Assert.Single(answers);
    }

    [Fact]
    public async Task Fetch_NeverDialsThePrivateOne_OfSeveralAddresses()
    {
        await using var server = await FileServer.StartAsync(http => http.Response.WriteAsync("public"));
        server.Names["example.com"] = [IPAddress.Loopback, IPAddress.Parse("169.254.169.254"), FileServer.Public];
        await Fetch(server, "http://example.com/");
        Assert.Equal(FileServer.Public, Assert.Single(server.Dialled).Address);
    }

    [Fact]
    public async Task Fetch_TriesTheNextAddress_WhenOneSwallowsEverything()
    {
        var clock = new FakeTimeProvider();
        await using var server = await FileServer.StartAsync(http => http.Response.WriteAsync("here"));
        server.Names["example.com"] = [IPAddress.Parse("2606:2800:220:1::1"), FileServer.Public];
        var network = server.Network with
        {
            Dial = async (address, token) =>
            {
                if (address.AddressFamily == AddressFamily.InterNetworkV6)
                {
                    clock.Advance(TimeSpan.FromSeconds(10));
                    await Task.Delay(Timeout.InfiniteTimeSpan, clock, token);
                }

                return await server.Network.Dial(address, token);
            },
        };
        using var fetcher = new UrlFetcher(new FetchSettings(), clock, network);
        Assert.Equal(4, (await fetcher.FetchAsync(new Uri("http://example.com/"), Destination, CancellationToken.None)).Bytes);
    }

    [Fact]
    public async Task Fetch_ReachesPrivateAddresses_WhenTheOperatorAllowsThem()
    {
        await using var server = await FileServer.StartAsync(http => http.Response.WriteAsync("home"));
        server.Names["nas.local"] = [IPAddress.Parse("192.168.1.5")];
        using var fetcher = new UrlFetcher(new FetchSettings { AllowPrivateAddresses = true }, TimeProvider.System, server.Network);
        Assert.Equal(4, (await fetcher.FetchAsync(new Uri("http://nas.local/"), Destination, CancellationToken.None)).Bytes);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("http://2130706433/")] // 127.0.0.1 as one number
    [InlineData("http://0x7f.1/")]
    [InlineData("http://localhost/")]
    [InlineData("http://[::ffff:169.254.169.254]/latest/meta-data")]
    public async Task Fetch_RefusesLocalAddresses_HoweverTheyAreWritten(string url)
    {
        using var fetcher = new UrlFetcher(new FetchSettings(), TimeProvider.System, FetchNetwork.Real);
        var e = await Assert.ThrowsAsync<FetchException>(() => fetcher.FetchAsync(new Uri(url), Destination, CancellationToken.None));
        Assert.Contains("private or local address", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://example.com/a.mp4")]
    [InlineData("file:///etc/passwd")]
    [InlineData("data:video/mp4;base64,AAAA")]
    [InlineData("http://user@example.com/a.mp4")]
    public async Task Fetch_RefusesOtherSchemesAndCredentials(string url)
    {
        await using var server = await FileServer.StartAsync(_ => Task.CompletedTask);
        Assert.False((await Fails(server, url)).CanHeal);
        Assert.Empty(server.Dialled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_RefusesAFileBeyondTheLimit_ToldOrNot(bool told)
    {
        await using var server = await FileServer.StartAsync(async http =>
        {
            http.Response.ContentLength = told ? 2000 : null;
            await http.Response.Body.WriteAsync(new byte[2000]);
        });
        var e = await Fails(server, "http://example.com/", new FetchSettings { MaxBytes = 1999 });
        Assert.StartsWith("The file at example.com is larger", e.Message, StringComparison.Ordinal);
        Assert.False(e.CanHeal);
    }

    [Fact]
    public async Task Fetch_EndsAtTheTimeLimit_ThoughTheServerDribblesOn()
    {
        var clock = new FakeTimeProvider();
        await using var server = await FileServer.StartAsync(async http =>
        {
            await http.Response.StartAsync();
            await http.Response.Body.WriteAsync(new byte[10]);
            await http.Response.Body.FlushAsync();
            clock.Advance(TimeSpan.FromMinutes(11));
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        var e = await Fails(server, "http://example.com/", time: clock);
        Assert.Equal("example.com did not deliver the file within 10 minutes.", e.Message);
        Assert.True(e.CanHeal);
    }

    [Fact]
    public async Task Fetch_HealsWhenTheTransferBreaksOff()
    {
        await using var server = await FileServer.StartAsync(async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.Body.WriteAsync(new byte[500]);
            await http.Response.Body.FlushAsync();
            http.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
        });
        var e = await Fails(server, "http://example.com/");
        Assert.True(e.CanHeal);
        Assert.Contains("example.com", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_HealsWhenTheNameIsUnknown_OrTheConnectionRefused()
    {
        await using var server = await FileServer.StartAsync(_ => Task.CompletedTask);
        Assert.True((await Fails(server, "http://nowhere.example/")).CanHeal);

        var refused = Task.FromException<Stream>(new SocketException((int)SocketError.ConnectionRefused));
        var refusing = server.Network with { Dial = (_, _) => refused };
        using var fetcher = new UrlFetcher(new FetchSettings(), TimeProvider.System, refusing);
        var e = await Assert.ThrowsAsync<FetchException>(
            () => fetcher.FetchAsync(new Uri("http://example.com/"), Destination, CancellationToken.None));
        Assert.True(e.CanHeal);
        Assert.Equal("example.com refuses connections or cannot be reached.", e.Message);
    }

    [Fact]
    public async Task Fetch_RefusesAHost_WhoseCertificateNobodyVouchesFor()
    {
        using var key = ECDsa.Create();
        var request = new CertificateRequest("CN=example.com", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await using var server = await FileServer.StartAsync(http => http.Response.WriteAsync("x"), certificate);
        var e = await Fails(server, "https://example.com/");
        Assert.Equal("example.com has no valid certificate for https.", e.Message);
        Assert.False(e.CanHeal);
    }

    [Fact]
    public async Task Fetch_LeavesNothing_WhenItIsCancelled()
    {
        using var cancel = new CancellationTokenSource();
        await using var server = await FileServer.StartAsync(async http =>
        {
            await http.Response.Body.WriteAsync(new byte[10]);
            await http.Response.Body.FlushAsync();
            await cancel.CancelAsync();
        });
        using var fetcher = new UrlFetcher(new FetchSettings(), TimeProvider.System, server.Network);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => fetcher.FetchAsync(new Uri("http://example.com/"), Destination, cancel.Token));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void AnError_CanBeGivenTheNameOfWhatWasToBeFetched()
    {
        var error = new FetchException("example.com answered 404.", canHeal: true) { RetryAfter = TimeSpan.FromSeconds(3) }.For("clip 2");

        Assert.Equal(("clip 2: example.com answered 404.", true, TimeSpan.FromSeconds(3)), (error.Message, error.CanHeal, error.RetryAfter));
    }

    private async Task<FetchedFile> Fetch(FileServer server, string url)
    {
        using var fetcher = new UrlFetcher(new FetchSettings(), TimeProvider.System, server.Network);
        return await fetcher.FetchAsync(new Uri(url), Destination, CancellationToken.None);
    }

    private async Task<FetchException> Fails(FileServer server, string url, FetchSettings? settings = null, TimeProvider? time = null)
    {
        using var fetcher = new UrlFetcher(settings ?? new FetchSettings(), time ?? TimeProvider.System, server.Network);
        var e = await Assert.ThrowsAsync<FetchException>(() => fetcher.FetchAsync(new Uri(url), Destination, CancellationToken.None));
        Assert.Empty(Directory.GetFiles(_folder)); // never a part of a file
        return e;
    }

    private static Task Redirect(HttpContext http, string location)
    {
        http.Response.StatusCode = 302;
        http.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
