using Serilog.Events;

namespace VideoExpress.Tests.Unit.Settings;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly SettingsCase _case = new();

    public void Dispose() => _case.Dispose();

    [Fact]
    public void Settings_AreTheDocumentedDefaults_WhenNothingIsGiven()
    {
        var settings = _case.Load();

        Assert.Equal("http://localhost:8000", settings.Host.Urls);
        Assert.Equal(Path.Combine(_case.Root, "data"), settings.Host.Data);
        Assert.Null(settings.Host.Database);
        Assert.Null(settings.Host.ApiKey);
        Assert.Null(settings.RunPod.Endpoint);
        Assert.Null(settings.Store.Bucket);
        Assert.Equal("local", settings.Gateway.Endpoint);
        Assert.Equal(LogEventLevel.Information, settings.Logging.Level);
    }

    [Fact]
    public void Level_Wins_OverTheOnesBelowIt()
    {
        _case.Json("""{ "Gateway": { "Endpoint": "json", "PingInterval": "00:00:02", "LocalWorker": false }, "Hangfire": { "Workers": 1 } }""")
            .DotEnv("Gateway__Endpoint=dotenv\nGateway__PingInterval=00:00:03\nHangfire__Workers=2")
            .Environment("Gateway__Endpoint", "environment").Environment("Gateway__PingInterval", "00:00:04")
            .Arguments("--Gateway:Endpoint", "line");

        var settings = _case.Load();

        Assert.Equal("line", settings.Gateway.Endpoint);
        Assert.Equal(TimeSpan.FromSeconds(4), settings.Gateway.PingInterval);
        Assert.Equal(2, settings.Hangfire.Workers);
        Assert.False(settings.Gateway.LocalWorker);
    }

    [Fact]
    public void EmptyValue_CountsAsNotGiven()
    {
        _case.DotEnv("S3_BUCKET=\nGateway__Endpoint=home").Environment("Gateway__Endpoint", "");

        Assert.Null(_case.Load().Store.Bucket);
        Assert.Equal("home", _case.Load().Gateway.Endpoint);
    }

    [Fact]
    public void Names_DoNotMindTheirCase_WhereTheyCanOnlyBeOurs()
    {
        _case.DotEnv("gateway__endpoint=one").Environment("HANGFIRE__WORKERS", "7").Arguments("--urls", "http://127.0.0.1:9");

        var settings = _case.Load();

        Assert.Equal("one", settings.Gateway.Endpoint);
        Assert.Equal(7, settings.Hangfire.Workers);
        Assert.Equal("http://127.0.0.1:9", settings.Host.Urls);
    }

    [Fact]
    public void VariablesOfOtherPrograms_AreLeftAlone()
    {
        _case.Environment("PATH", "/bin").Environment("DATA", "/elsewhere").Environment("URLS", "x").Environment("Other__Thing", "1")
            .DotEnv("NODE_ENV=production\nHF_TOKEN=x");

        Assert.Equal(Path.Combine(_case.Root, "data"), _case.Load().Host.Data);
    }

    [Theory]
    [InlineData("RUNPOD_ENDPOINT", "https://api.runpod.ai/v2/abc")]
    [InlineData("RUNPOD_API_KEY", "rp-key")]
    [InlineData("S3_BUCKET", "videos")]
    [InlineData("S3_ENDPOINT", "https://s3.example.com")]
    [InlineData("S3_ACCESS_KEY", "access")]
    [InlineData("S3_SECRET_KEY", "secret")]
    [InlineData("S3_REGION", "auto")]
    [InlineData("DB_PATH", "/somewhere/jobs.db")]
    public void Alias_IsItsLongName(string alias, string value)
    {
        _case.DotEnv(
            $"""
            RUNPOD_ENDPOINT=https://other.example.com/v2/x
            RUNPOD_API_KEY=k
            S3_BUCKET=bucket
            S3_ENDPOINT=https://other.example.com
            S3_ACCESS_KEY=a
            S3_SECRET_KEY=s
            """).Environment(alias, value);

        var settings = _case.Load();

        var read = alias switch
        {
            "RUNPOD_ENDPOINT" => settings.RunPod.Endpoint!.OriginalString,
            "RUNPOD_API_KEY" => settings.RunPod.ApiKey,
            "S3_BUCKET" => settings.Store.Bucket,
            "S3_ENDPOINT" => settings.Store.Endpoint!.OriginalString,
            "S3_ACCESS_KEY" => settings.Store.AccessKey,
            "S3_SECRET_KEY" => settings.Store.SecretKey,
            "S3_REGION" => settings.Store.Region,
            _ => settings.Host.Database,
        };
        Assert.Equal(value, read);
    }

    [Fact]
    public void Alias_OfAStrongerLevel_WinsOverTheLongNameOfAWeakerOne()
    {
        _case.Json("""{ "RunPod": { "ApiKey": "weak" } }""").Environment("RUNPOD_API_KEY", "strong");

        Assert.Equal("strong", _case.Load().RunPod.ApiKey);
    }

    [Fact]
    public void Alias_ThatContradictsItsLongName_StopsTheStart_NamingBothButNoValue()
    {
        var fault = _case.DotEnv("RUNPOD_API_KEY=first-secret\nRunPod__ApiKey=second-secret").Fault();

        Assert.Contains("RUNPOD_API_KEY and RunPod__ApiKey in .env contradict", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Alias_ThatAgreesWithItsLongName_IsFine()
    {
        _case.DotEnv("RUNPOD_API_KEY=same\nRunPod__ApiKey=same");

        Assert.Equal("same", _case.Load().RunPod.ApiKey);
    }
}
