using System.Net;
using System.Net.Sockets;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Store;

namespace VideoExpress.Tests.Integration.Commands;

/// <summary>The doctor against a real S3 server: each wrong setting has its own sentence, no secret is shown, and nothing stays behind.</summary>
[Collection(S3Tests.Name)]
public sealed class DoctorBucketTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly S3Server _server;
    private readonly StoreSettings _right;

    public DoctorBucketTests(S3ServerFixture fixture)
    {
        _server = fixture.Server;
        _server.SetFaults("[]");
        _right = _server.Settings;
    }

    public void Dispose()
    {
        _server.SetFaults("[]");
        _folder.Dispose();
    }

    [Fact]
    public async Task RightSettings_AreAllOk_AndNothingStaysInTheBucket()
    {
        var run = await RunAsync(_right);

        Assert.True(run.ExitCode == 0, run.Output);
        run.AssertReports("bucket", "ok", $"put, read, list and delete work in \"{_right.Bucket}\"");
        run.AssertReports("bucket urls", "ok", "signed URLs put and get");
        run.AssertReports("multipart", "ok", "can be begun and aborted");
        run.AssertReports("store clock", "ok", "agree");
        run.AssertReports("cors", "ok", "not looked at");
        await AssertNothingLeftAsync();
    }

    [Fact]
    public async Task WrongSecret_IsNamed_Once()
    {
        var run = await RunAsync(_right with { SecretKey = "correct-horse-battery" });

        Assert.Equal(1, run.ExitCode);
        run.AssertReports("bucket", "FAIL", "S3_SECRET_KEY");
        Assert.All(["bucket urls", "multipart", "cors"], check => run.AssertReports(check, "warn", "not tried, since the bucket cannot be used"));
        run.AssertReports("store clock", "ok", "agree");
    }

    [Fact]
    public async Task MissingBucket_IsNamed()
    {
        var run = await RunAsync(_right with { Bucket = "no-such-bucket" });

        Assert.Equal(1, run.ExitCode);
        run.AssertReports("bucket", "FAIL", "There is no bucket \"no-such-bucket\"");
    }

    [Fact]
    public async Task WrongRegion_NamesTheRightOne()
    {
        var run = await RunAsync(_right with { Region = "eu-central-1" });

        Assert.Equal(1, run.ExitCode);
        run.AssertReports("bucket", "FAIL", "set S3_REGION to \"us-east-1\"");
    }

    [Fact]
    public async Task RefusedPort_IsNamed_Once()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();

        var run = await RunAsync(_right with { Endpoint = endpoint }, "--origin", "https://app.example.com");

        Assert.Equal(1, run.ExitCode);
        run.AssertReports("bucket", "FAIL", $"The object store at {endpoint.Authority} cannot be reached");
        run.AssertReports("store clock", "warn", $"not tried, since {endpoint.Authority} cannot be reached");
        Assert.Equal(1, run.Output.Split('\n').Count(line => line.StartsWith("FAIL", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ClockThatTheStoreRefuses_IsNamed()
    {
        await using var server = await S3Server.StartBareAsync("--skew", "1200");

        var run = await RunAsync(server.Settings);

        Assert.Equal(1, run.ExitCode);
        run.AssertReports("bucket", "FAIL", "The clocks of this server and of the object store");
    }

    [Theory]
    [InlineData(30, "ok", "agree")]
    [InlineData(-120, "warn", "differ by 1")] // 119 to 121
    [InlineData(1200, "FAIL", "differ by 20 minutes")]
    public async Task OurClockBesideTheStoresDate_IsJudged(int secondsAhead, string verdict, string words)
    {
        var run = await RunAsync(new ShiftedTime(TimeSpan.FromSeconds(secondsAhead)), _right);

        run.AssertReports("store clock", verdict, words);
    }

    [Fact]
    public async Task AbortThatIsNotAllowed_IsNamed_ThoughBeginningIs()
    {
        _server.SetFaults("""[{"match": "^DELETE .*uploadId=", "status": 403, "code": "AccessDenied"}]""");

        var run = await RunAsync(_right);

        Assert.Equal(1, run.ExitCode);
        run.AssertReports("multipart", "FAIL", "s3:AbortMultipartUpload");
        _server.SetFaults("[]");
        using var store = new S3Store(_server.Settings, TimeProvider.System);
        await store.EndUnfinishedAsync(DateTimeOffset.MaxValue, default); // other tests count them
    }

    [Fact]
    public async Task UploadsThatMayNotBegin_AreNamed()
    {
        _server.SetFaults("""[{"match": "^POST .*[?&]uploads", "status": 403, "code": "AccessDenied"}]""");

        var run = await RunAsync(_right);

        run.AssertReports("multipart", "FAIL", "denies access to the bucket");
    }

    [Fact]
    public async Task APutByUrlThatIsRefused_IsNamed()
    {
        _server.SetFaults("""[{"match": "^PUT .*X-Amz-Signature", "status": 411, "code": "MissingContentLength"}]""");

        var run = await RunAsync(_right);

        run.AssertReports("bucket urls", "FAIL", "411");
    }

    [Fact]
    public async Task CorsThatIsMissing_IsAWarning_WithTheRuleToSet()
    {
        var run = await RunAsync(_right, "--origin", "https://app.example.com/editor");

        Assert.Equal(0, run.ExitCode);
        run.AssertReports("cors", "warn", "scripts of https://app.example.com may not GET at");
        Assert.Contains(
            "\"AllowedOrigins\":[\"https://app.example.com\"],\"AllowedMethods\":[\"GET\",\"HEAD\"]", run.Output, StringComparison.Ordinal);
        Assert.Contains("MINIO_API_CORS_ALLOW_ORIGIN=https://app.example.com", run.Output, StringComparison.Ordinal);
        Assert.Contains("R2: the bucket's Settings", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CorsForThePublicUrl_IsFound()
    {
        await using var server = await S3Server.StartAsync("--cors", "http://localhost:5173");

        var run = await RunAsync(server.Settings, "--PublicUrl", "http://localhost:5173/");

        run.AssertReports("cors", "ok", "scripts of http://localhost:5173 may GET at");
    }

    [Fact]
    public async Task APublicEndpointOutOfReach_IsAWarning()
    {
        var run = await RunAsync(_right, "--Store:PublicEndpoint", "http://localhost:9");

        run.AssertReports("bucket urls", "warn", "It is Store:PublicEndpoint");
    }

    [Fact]
    public async Task ABucketThatIsNotPublic_IsNamed_WherePublicBaseUrlSaysSo()
    {
        var run = await RunAsync(_right, "--Store:PublicBaseUrl", new Uri(_right.Endpoint!, _right.Bucket).AbsoluteUri);

        run.AssertReports("bucket urls", "FAIL", "Store:PublicBaseUrl");
        await AssertNothingLeftAsync();
    }

    private Task<CommandRun> RunAsync(StoreSettings settings, params string[] options) => RunAsync(TimeProvider.System, settings, options);

    private async Task<CommandRun> RunAsync(TimeProvider time, StoreSettings settings, params string[] options)
    {
        var run = await CommandRun.RunAsync(time,
        [
            "doctor", "--contentRoot", _folder.Path, "--urls", "http://127.0.0.1:0", "--Gateway:LocalWorker", "false",
            "--S3_BUCKET", settings.Bucket!, "--S3_ENDPOINT", settings.Endpoint!.AbsoluteUri, "--S3_ACCESS_KEY", settings.AccessKey!,
            "--S3_SECRET_KEY", settings.SecretKey!, "--S3_REGION", settings.Region!, "--Store:RequestTimeout", "00:00:02", .. options,
        ]);
        Assert.DoesNotContain(settings.SecretKey!, run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(settings.AccessKey!, run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Amz-Signature", run.Output + run.Errors, StringComparison.Ordinal);
        return run;
    }

    private async Task AssertNothingLeftAsync()
    {
        using var store = new S3Store(_right, TimeProvider.System);
        Assert.DoesNotContain(await store.ListAsync("", default).ToListAsync(), stored => stored.Key.Value.Contains(Guid.Empty.ToString(), StringComparison.Ordinal));
    }

    /// <summary>A clock that is wrong; timers keep time.</summary>
    private sealed class ShiftedTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }
}
