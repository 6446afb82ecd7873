namespace VideoExpress.Tests.Unit.Settings;

public sealed class SettingsRulesTests : IDisposable
{
    private const string Provider = "RUNPOD_ENDPOINT=https://api.runpod.ai/v2/abc\nRUNPOD_API_KEY=key\n";
    private const string Bucket = "S3_BUCKET=videos\nS3_ENDPOINT=https://s3.example.com\nS3_ACCESS_KEY=a\nS3_SECRET_KEY=s\n";

    private readonly SettingsCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("http://0.0.0.0:8000")]
    [InlineData("http://*:8000")]
    [InlineData("http://+:8000")]
    [InlineData("http://[::]:8000")]
    [InlineData("http://192.168.1.5:8000")]
    [InlineData("http://my-machine:8000")]
    [InlineData("http://localhost:8000;http://0.0.0.0:8001")]
    [InlineData("http://localhost.example.com:8000")]
    public void OpenAddress_NeedsAnApiKey(string urls)
    {
        Assert.Contains("ApiKey must be set", _case.Arguments("--urls", urls).Fault(), StringComparison.Ordinal);
        Assert.Equal(urls, _case.Arguments("--ApiKey", "key").Load().Host.Urls);
    }

    [Theory]
    [InlineData("http://localhost:8000")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://[::1]:8000")]
    [InlineData("http://127.0.0.1:8000; http://[::1]:8000")]
    public void LoopbackAddress_NeedsNoApiKey(string urls)
    {
        Assert.Null(_case.Arguments("--urls", urls).Load().Host.ApiKey);
    }

    [Fact]
    public void PublicUrl_OfTheOutside_NeedsAnApiKey()
    {
        Assert.Contains("ApiKey must be set", _case.DotEnv("PublicUrl=https://video.example.com").Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void Provider_NeedsAKey()
    {
        var fault = _case.DotEnv(Bucket + "RUNPOD_ENDPOINT=https://api.runpod.ai/v2/abc").Fault();

        Assert.Contains("RUNPOD_ENDPOINT", fault, StringComparison.Ordinal);
        Assert.Contains("RUNPOD_API_KEY", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("PublicUrl=http://localhost:8000")]
    public void ProviderElsewhere_NeedsABucketOrAPublicUrl_AndBothAreNamed(string line)
    {
        var fault = _case.DotEnv(Provider + line).Fault();

        Assert.Contains("Store:Bucket (S3_BUCKET)", fault, StringComparison.Ordinal);
        Assert.Contains("PublicUrl", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Bucket)]
    [InlineData("PublicUrl=https://video.example.com\nApiKey=k")]
    public void ProviderElsewhere_IsFine_WithABucketOrAPublicUrl(string lines)
    {
        Assert.NotNull(_case.DotEnv(Provider + lines).Load().RunPod.Endpoint);
    }

    [Fact]
    public void ProviderOnThisMachine_NeedsNeither()
    {
        Assert.NotNull(_case.DotEnv("RUNPOD_ENDPOINT=http://127.0.0.1:9000/v2/x\nRUNPOD_API_KEY=key").Load().RunPod.Endpoint);
    }

    [Fact]
    public void ProviderElsewhere_CannotUseAStoreOnThisMachine_UnlessItHasAnOutsideAddress()
    {
        _case.DotEnv(Provider + Bucket.Replace("https://s3.example.com", "http://localhost:9000", StringComparison.Ordinal));

        Assert.Contains("Store:PublicEndpoint", _case.Fault(), StringComparison.Ordinal);
        Assert.NotNull(_case.Arguments("--Store:PublicEndpoint", "https://s3.example.com").Load().Store.PublicEndpoint);
    }

    [Theory]
    [InlineData("S3_ENDPOINT")]
    [InlineData("S3_ACCESS_KEY")]
    [InlineData("S3_SECRET_KEY")]
    public void Bucket_NeedsAnAddressAndKeys(string missing)
    {
        Assert.Contains(missing, _case.DotEnv(Bucket.Replace(missing, "OTHER_NAME", StringComparison.Ordinal)).Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void PlainHttpToAStoreElsewhere_NeedsConsent()
    {
        _case.DotEnv(Bucket.Replace("https:", "http:", StringComparison.Ordinal));

        Assert.Contains("Store:AllowInsecureEndpoint", _case.Fault(), StringComparison.Ordinal);
        Assert.True(_case.Arguments("--Store:AllowInsecureEndpoint", "true").Load().Store.AllowInsecureEndpoint);
    }
}
