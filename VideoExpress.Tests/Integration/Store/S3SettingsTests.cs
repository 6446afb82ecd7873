using System.Net;
using System.Net.Sockets;
using VideoExpress.Jobs.Store;
using static VideoExpress.Tests.Integration.Store.ObjectStoreContract;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>Wrong settings against a real S3 server: each failure names the one thing to mend, for reading and for writing.</summary>
[Collection(S3Tests.Name)]
public sealed class S3SettingsTests(S3ServerFixture fixture) : IAsyncLifetime
{
    private readonly StoreSettings _right = fixture.Server.Settings;

    public Task InitializeAsync()
    {
        fixture.Server.SetFaults("[]");
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public Task WrongSecret_NamesTheSecret() =>
        AssertEveryCallSaysAsync(_right with { SecretKey = "correct-horse-battery" }, "S3_SECRET_KEY", canHeal: false);

    [Fact]
    public Task WrongAccessKey_NamesTheKey() =>
        AssertEveryCallSaysAsync(_right with { AccessKey = "wrong" }, "S3_ACCESS_KEY", canHeal: false);

    [Fact]
    public Task WrongRegion_NamesTheRightOne() =>
        AssertEveryCallSaysAsync(_right with { Region = "eu-central-1" }, "set S3_REGION to \"us-east-1\"", canHeal: false);

    [Fact]
    public Task MissingBucket_IsNamed() =>
        AssertEveryCallSaysAsync(_right with { Bucket = "no-such-bucket" }, "There is no bucket \"no-such-bucket\"", canHeal: false);

    [Fact]
    public async Task RefusedConnection_NamesTheEndpoint()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();

        await AssertEveryCallSaysAsync(_right with { Endpoint = endpoint }, "cannot be reached", canHeal: true);
    }

    [Fact]
    public Task UnknownHost_NamesTheHost() => AssertEveryCallSaysAsync(
        _right with { Endpoint = new Uri("https://no-such-host.invalid") }, "no-such-host.invalid", canHeal: true);

    [Fact]
    public Task HttpsToAPlainPort_SaysSo() => AssertEveryCallSaysAsync(
        _right with { Endpoint = new Uri($"https://{_right.Endpoint!.Authority}") }, "speaks plain http", canHeal: false);

    [Fact]
    public async Task UntrustedCertificate_AndHttpToATlsPort_AreTold()
    {
        await using var server = await S3Server.StartAsync("--tls");

        await AssertEveryCallSaysAsync(server.Settings, "certificate is not trusted", canHeal: false);
        await AssertEveryCallSaysAsync(
            server.Settings with { Endpoint = new Uri($"http://{server.Settings.Endpoint!.Authority}") }, "S3_ENDPOINT", canHeal: null);
    }

    [Theory]
    [InlineData("1200")]
    [InlineData("-1200")]
    public async Task WrongClock_NamesTheDifference(string skew)
    {
        await using var server = await S3Server.StartBareAsync("--skew", skew);
        using var store = new S3Store(server.Settings, TimeProvider.System);

        var error = await Assert.ThrowsAsync<StoreException>(
            () => store.PutAsync(Inbox("x.bin"), new MemoryStream(new byte[5]), new NewObject(5, "video/mp4"), default));

        Assert.Contains("clocks", error.Message, StringComparison.Ordinal);
        Assert.True(error.CanHeal);
    }

    [Fact]
    public async Task PublicEndpoint_IsWhereUrlsLead_AndIsNeverAsked()
    {
        using var store = new S3Store(_right with { PublicEndpoint = new Uri("https://files.example.com") }, TimeProvider.System);
        var key = Inbox("x.bin");
        await store.PutAsync(key, new MemoryStream(new byte[5]), new NewObject(5, "video/mp4"), default);

        var get = store.PresignGet(key, TimeSpan.FromMinutes(1), new Uri("http://unused.invalid"));
        var put = store.PresignPut(key, TimeSpan.FromMinutes(1), new Uri("http://unused.invalid"));

        Assert.StartsWith($"https://files.example.com/{S3Server.Bucket}/{key}?", get.AbsoluteUri, StringComparison.Ordinal);
        Assert.StartsWith($"https://files.example.com/{S3Server.Bucket}/{key}?", put.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public void PublicBaseUrl_ServesPublishedFilesUnsigned_AndNothingElse()
    {
        using var store = new S3Store(_right with { PublicBaseUrl = new Uri("https://cdn.example.com/films/") }, TimeProvider.System);
        var (published, inbox) = (Published("video.mp4"), Inbox("result.json"));

        var open = store.PresignGet(published, TimeSpan.FromMinutes(1), new Uri("http://unused.invalid"));
        var signed = store.PresignGet(inbox, TimeSpan.FromMinutes(1), new Uri("http://unused.invalid"));

        var saved = store.PresignGet(published, TimeSpan.FromMinutes(1), new Uri("http://unused.invalid"), Disposition.Attachment("a.mp4"));

        Assert.Equal($"https://cdn.example.com/films/{published}", open.AbsoluteUri);
        Assert.Contains("X-Amz-Signature=", saved.Query, StringComparison.Ordinal);
        Assert.Contains("X-Amz-Signature=", signed.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublicEndpoint_IsSignedFor_AndForNoOtherHost()
    {
        var shown = new Uri($"http://localhost:{_right.Endpoint!.Port}");
        using var store = new S3Store(_right with { PublicEndpoint = shown }, TimeProvider.System);
        using var http = new HttpClient();
        var key = Inbox("x.bin");
        var get = store.PresignGet(key, TimeSpan.FromMinutes(1), new Uri("http://unused.invalid"));

        using var put = await http.PutAsync(
            store.PresignPut(key, TimeSpan.FromMinutes(1), new Uri("http://unused.invalid")), new StringContent("x"));
        using var got = await http.GetAsync(get);
        using var elsewhere = await http.GetAsync(new UriBuilder(get) { Host = _right.Endpoint.Host }.Uri);

        Assert.Equal("localhost", get.Host);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (put.StatusCode, got.StatusCode));
        Assert.Equal(HttpStatusCode.Forbidden, elsewhere.StatusCode);
    }

    [Fact]
    public async Task RegionAuto_WorksForEveryCall_AndInUrls()
    {
        await using var server = await S3Server.StartAsync("--region", "auto");
        using var store = new S3Store(server.Settings, TimeProvider.System);
        var key = Published("x.bin");
        Assert.Equal("auto", server.Settings.Region);

        await store.PutAsync(key, new MemoryStream(new byte[6 << 20]), new NewObject(6 << 20, "video/mp4"), default);

        Assert.Equal(6 << 20, (await store.StatAsync(key, default))!.Length);
        Assert.Single(await store.ListAsync("jobs/", default).ToListAsync());
        using var http = new HttpClient();
        using var answer = await http.GetAsync(store.PresignGet(key, TimeSpan.FromMinutes(1), new Uri("http://unused.invalid")));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await store.DeleteAsync(key, default);
        Assert.Equal(0, await store.EndUnfinishedAsync(DateTimeOffset.MaxValue, default));
    }

    private static async Task AssertEveryCallSaysAsync(StoreSettings settings, string words, bool? canHeal)
    {
        using var store = new S3Store(settings, TimeProvider.System);
        Func<Task>[] calls =
        [
            () => store.StatAsync(Inbox("x.bin"), default),
            () => store.OpenReadAsync(Inbox("x.bin"), default),
            () => store.PutAsync(Inbox("x.bin"), new MemoryStream(new byte[5]), new NewObject(5, "video/mp4"), default),
            () => store.PutAsync(Inbox("x.bin"), new MemoryStream(new byte[6 << 20]), new NewObject(6 << 20, "video/mp4"), default),
            () => store.DeleteAsync(Inbox("x.bin"), default),
            async () => await store.ListAsync("inbox/", default).ToListAsync(),
            () => store.EndUnfinishedAsync(DateTimeOffset.UnixEpoch, default),
        ];
        var errors = await Task.WhenAll(calls.Select(call => Assert.ThrowsAsync<StoreException>(call)));
        Assert.All(errors, error => Assert.Contains(words, error.Message, StringComparison.Ordinal));
        Assert.All(errors, error => Assert.Equal(canHeal ?? error.CanHeal, error.CanHeal));
        Assert.All(errors, error => Assert.DoesNotContain(settings.SecretKey!, error.ToString(), StringComparison.Ordinal));
    }
}
