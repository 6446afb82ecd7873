namespace VideoExpress.Tests.Unit.Settings;

public sealed class WrongSettingsTests : IDisposable
{
    private readonly SettingsCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("Gateway:PingInterval", "abc", "Gateway:PingInterval: \"abc\" is not a duration such as 00:00:10")]
    [InlineData("Gateway:PingInterval", "10", "\"10\" is not a duration")]
    [InlineData("RunPod:ExecutionTimeout", "24:00:00", "\"24:00:00\" is not a duration such as 00:00:10, or 1.00:00:00 for a day")]
    [InlineData("Gateway:PingInterval", "00:10:00", "Gateway:PingInterval: \"00:10:00\" is not between 00:00:01 and 00:05:00")]
    [InlineData("Store:MaxPutBytes", "0", "Store:MaxPutBytes: \"0\" is less than 1 (")]
    [InlineData("RunPod:MaxSubmissions", "0", "RunPod:MaxSubmissions: \"0\" is not between 1 and 100")]
    [InlineData("RunPod:MaxSubmissions", "1.5", "\"1.5\" is not a whole number")]
    [InlineData("RunPod:MaxPollsPerSecond", "fast", "\"fast\" is not a number such as 0.5")]
    [InlineData("Gateway:LocalWorker", "yes", "\"yes\" is not true or false")]
    [InlineData("Gateway:Endpoint", "Not Good", "Gateway:Endpoint: \"Not Good\" does not match [a-z0-9-]{1,64}")]
    [InlineData("Logging:Level", "loud", "\"loud\" is not one of Verbose, Debug, Information, Warning, Error, Fatal")]
    [InlineData("Logging:Level", "3", "\"3\" is not one of")]
    [InlineData("PublicUrl", "video.example.com", "PublicUrl: the value is not an absolute http or https URL")]
    [InlineData("RUNPOD_ENDPOINT", "abc123", "RunPod:Endpoint: the value is not an absolute http or https URL without user name, query or fragment (RUNPOD_ENDPOINT on the command line).")]
    [InlineData("Urls", "localhost:8000", "Urls: each address must look like http://localhost:8000")]
    [InlineData("Urls", "https://localhost:8000", "Urls: each address must look like http://localhost:8000")]
    [InlineData("Urls", "http://unix:/run/video.sock", "Urls: each address must look like http://localhost:8000")]
    [InlineData("Urls", "http://localhost:99999", "Urls: each address must look like http://localhost:8000")]
    [InlineData("ApiKey", "two words", "ApiKey: the value must not contain white space")]
    [InlineData("Gateway:PingIntervall", "00:00:10", "Gateway:PingIntervall on the command line is not a setting; the nearest is Gateway:PingInterval.")]
    [InlineData("Gatway:Endpoint", "home", "the nearest is Gateway:Endpoint.")]
    [InlineData("port", "8000", "port on the command line is not a setting; ")]
    [InlineData("Nix:Foo", "1", "Nix:Foo on the command line is not a setting; docs/CONFIGURATION.md lists them all.")]
    [InlineData("ApiKy", "k", "the nearest is ApiKey.")]
    public void WrongOption_StopsTheStart_WithASentenceThatNamesIt(string name, string value, string sentence)
    {
        Assert.Contains(sentence, _case.Arguments($"--{name}", value).Fault(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Store__Buckett")]
    [InlineData("RUNPOD_ENPOINT")]
    [InlineData("RunPodd__ApiKey")]
    public void SlipOfThePen_IsFound_InDotEnvAndTheEnvironment(string name)
    {
        using var other = new SettingsCase();

        Assert.StartsWith($"{name} in .env is not a setting; the nearest is", _case.DotEnv($"{name}=x").Fault(), StringComparison.Ordinal);
        Assert.StartsWith($"{name} in the environment is not a setting; the nearest is", other.Environment(name, "x").Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownName_IsAFault_InAppsettings()
    {
        Assert.Contains("Logging:LogLevel:Default in appsettings.json is not a setting; the nearest is Logging:Level.",
            _case.Json("""{ "Logging": { "LogLevel": { "Default": "Debug" } } }""").Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void UnreadableAppsettings_AreNamed()
    {
        Assert.StartsWith("appsettings.json: ", _case.Json("{ \"Urls\": ").Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryFault_IsNamedAtOnce()
    {
        var faults = _case.DotEnv("what is this\nGateway__HoldTime=soon").Arguments("--Nonsense", "1", "--urls").Faults();

        Assert.Equal(4, faults.Count);
    }

    [Theory]
    [InlineData("RunPod__ApiKey")]
    [InlineData("Gateway__WorkerKey")]
    [InlineData("ApiKey")]
    public void Fault_NeverShowsASecret(string name)
    {
        var faults = _case.DotEnv($"{name}=\"hush hush\"\nHangfire__Workers=x\n{name} hush hush").Faults();

        Assert.DoesNotContain("hush", string.Join('\n', faults), StringComparison.Ordinal);
    }
}
