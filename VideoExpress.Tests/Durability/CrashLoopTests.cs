using VideoExpress.Tests.Provider;

namespace VideoExpress.Tests.Durability;

/// <summary>A job that brings the process down at its step is given up after three times; the others, and a server that is stopped, are not.</summary>
[Collection(nameof(Durability))]
public sealed class CrashLoopTests : IAsyncLifetime
{
    private const string Captions = ""","captions":[{"text":"Hello","start":0,"end":1}]""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Misbehaviour EndlessAndSlow = new()
    {
        IsSlow = true, Vanishes = VanishingPoint.AfterClaim, VanishesUnnoticed = true, Webhook = WebhookLie.Never,
    };

    private KillableServer _server = null!;
    private ProviderDouble _provider = null!;

    public async Task InitializeAsync()
    {
        _provider = await ProviderDouble.StartAsync();
        _provider.Script = submission =>
            submission.Input["prompt"]!.GetValue<string>() == "endless" ? EndlessAndSlow : Misbehaviour.None;
        _server = ServerOf(_provider);
    }

    private static KillableServer ServerOf(ProviderDouble provider) => new()
    {
        Options =
        [
            "--RunPod:Endpoint", provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", ProviderDouble.ApiKey, "--RunPod:PollInterval", "00:00:00.100",
            "--Gateway:LocalWorker", "false",
        ],
    };

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task AJobThatKillsTheProcess_IsParkedAfterThreeTimes_TheOthersGoOn_AndARetryTriesItAgain()
    {
        const string guilty = "stitch.before_effect";
        await _server.StartAsync(guilty);
        var endless = await PostAsync("endless");
        await _server.UntilAsync($"select count(*) from jobs where job_id = '{endless}' and step = 1", "a poll");
        var killer = await PostAsync("killer", Captions);
        await DiesAsync();
        for (var start = 2; start <= 3; start++)
        {
            await _server.TryStartAsync(guilty);
            await DiesAsync();
        }

        await _server.StartAsync(guilty);
        var neighbour = await PostAsync("neighbour");
        await OverAsync(killer);
        await OverAsync(neighbour);

        var parked = await _server.GetAsync(killer);
        Assert.Equal("FAILED", parked.GetProperty("status").GetString());
        Assert.StartsWith("VideoExpress was killed or crashed 3 times in a row during this job's Stitch step", parked.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("SUCCEEDED", (await _server.GetAsync(neighbour)).GetProperty("status").GetString());
        Assert.Equal("RUNNING", (await _server.GetAsync(endless)).GetProperty("status").GetString());
        await _server.UntilAsync($"select count(*) from steps where job_id = '{endless}' and ordinal = 1 and crashes = 0", "the innocent one's rehabilitation");

        await _server.KillAsync(); // the cause is mended
        await _server.StartAsync();
        using var answer = await _server.Http.PostAsync($"/jobs/{killer}/retry", null);
        Assert.True(answer.IsSuccessStatusCode);
        await OverAsync(killer);
        Assert.Equal("SUCCEEDED", (await _server.GetAsync(killer)).GetProperty("status").GetString());
        Assert.Equal(3, _server.Read<long>("select count(*) from attempts"));
    }

    [Fact]
    public async Task StopsInGoodOrder_HoweverMany_AreNoCrashes()
    {
        await _server.StartAsync();
        var endless = await PostAsync("endless");
        for (var stop = 1; stop <= 5; stop++)
        {
            // An answer takes 0.6 s, so the step is still at work when the signal comes.
            var looks = _provider.Calls;
            await _server.UntilAsync(() => _provider.Calls > looks && IsAtWork(endless), "a poll at work");
            await _server.StopAsync();
            Assert.InRange(_server.Read<long>($"select crashes from steps where job_id = '{endless}' and ordinal = 1"), -1, 0);
            await _server.StartAsync();
        }

        await _server.UntilAsync($"select count(*) from steps where job_id = '{endless}' and ordinal = 1 and crashes = 0", "the end of a look");
        Assert.Equal("RUNNING", (await _server.GetAsync(endless)).GetProperty("status").GetString());
    }

    private Task<Guid> PostAsync(string prompt, string more = "") => _server.PostAsync(
        "/jobs",
        $$"""{"type":"RENDER","quality":"final","params":{"prompt":"{{prompt}}","duration":1,"resolution":"480p"{{more}} } }""");

    private bool IsAtWork(Guid jobId) => _server.Read<long>(
        $"""
        select count(*) from jobs j join steps s on s.job_id = j.job_id and s.ordinal = j.step join hangfire_job h on h.id = s.hangfire_id
        where j.job_id = '{jobId}' and s.name = 'Poll' and h.state = 'Processing'
        """) > 0;

    private async Task DiesAsync()
    {
        await _server.Ended.WaitAsync(Patience);
        Assert.True(_server.WasKilled);
    }

    private Task OverAsync(Guid jobId) => _server.UntilAsync(
        $"select count(*) from jobs where job_id = '{jobId}' and status in ('SUCCEEDED', 'FAILED', 'CANCELED')", $"the end of {jobId}");
}
