using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using VideoExpress.Tests.Provider;

namespace VideoExpress.Tests.Durability.Power;

/// <summary>The built server that buys from a provider with a till, which outlives it; what a test does to its database is done while it is dead.</summary>
internal sealed class BuyingServer : IAsyncDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private readonly List<SubmittedJob> _submitted = [];

    private BuyingServer(ProviderDouble provider, string unknownFateWait)
    {
        Provider = provider;
        Server = new KillableServer();
        Server.Options =
        [
            "--RunPod:Endpoint", provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", ProviderDouble.ApiKey, "--RunPod:UnknownFateWait", unknownFateWait,
            "--RunPod:PollInterval", "00:00:00.100", "--Gateway:LocalWorker", "false", "--PublicUrl", Server.Address.AbsoluteUri,
        ];
    }

    public ProviderDouble Provider { get; }

    public KillableServer Server { get; }

    public string Store => Path.Combine(Server.Data, "store");

    /// <param name="pace">The provider's.</param>
    /// <param name="unknownFateWait">As in the settings. A wait that no test outlasts shows that nothing is bought for want of patience.</param>
    public static async Task<BuyingServer> CreateAsync(ProviderPace? pace = null, string unknownFateWait = "01:00:00") =>
        new(await ProviderDouble.StartAsync(pace), unknownFateWait);

    /// <summary>Hands a job in, by a key of its own, until it is answered; null when the server died of it.</summary>
    /// <param name="number">By this the server knows that it is handed in again.</param>
    public async Task<Guid?> TryHandInAsync(int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/jobs")
        {
            Headers = { { "Idempotency-Key", $"job-{number}" } },
            Content = new StringContent(
                string.Create(CultureInfo.InvariantCulture, $$$"""{"type":"RENDER","quality":"final","params":{"prompt":"job {{{number}}}","duration":1,"resolution":"480p"}}"""),
                Encoding.UTF8,
                "application/json"),
        };
        try
        {
            using var answer = await Server.Http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
            var job = new SubmittedJob(JsonElement.Parse(text).GetProperty("job_id").GetGuid());
            if (!_submitted.Contains(job))
            {
                _submitted.Add(job);
            }

            return job.Id;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Until nothing is left to do, here and at the provider.</summary>
    public Task DrainAsync() => Server.UntilAsync(
        () => Provider.Open.Count == 0 && Server.Read<long>("select count(*) from jobs where status in ('QUEUED', 'RUNNING') or phase is not null") == 0,
        "the end of all jobs");

    /// <summary>Every promise is kept, and no job was paid twice or failed.</summary>
    public async Task AssertSoundAsync(string hint)
    {
        var violations = await Invariants.SettledAsync(() => new Aftermath(Server.Data, Provider.Till, _submitted), Settling);
        Assert.True(violations.Count == 0, $"{hint}\n{string.Join('\n', violations)}\n{string.Join('\n', Provider.Till.All)}\n{Server.Log()}");
        var failed = Server.Read<string>("select coalesce(group_concat(job_id || ' ' || status || ' ' || coalesce(error, '')), '') from jobs where status <> 'SUCCEEDED'");
        Assert.True(failed.Length == 0, $"{hint}: {failed}\n{Server.Log()}");
        Assert.All(Provider.Till.All.GroupBy(charge => charge.JobId), charges => Assert.True(charges.Count() == 1, $"{hint}: {string.Join('\n', charges)}"));
    }

    /// <summary>Keys of what a job has published.</summary>
    public IReadOnlyList<string> Published(Guid jobId)
    {
        using var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Server.Database};Pooling=false");
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = $"select key from outputs where job_id = '{jobId:D}' and role = 'output' order by position";
        using var rows = command.ExecuteReader();
        var keys = new List<string>();
        while (rows.Read())
        {
            keys.Add(rows.GetString(0));
        }

        return keys;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
