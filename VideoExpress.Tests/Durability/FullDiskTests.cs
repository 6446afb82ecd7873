using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using VideoExpress.Tests.Provider;
using VideoExpress.Tests.Storage.Crash;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Durability;

/// <summary>
/// The disk under the data folder is full for a while, and the server is not started again. It has a real small disk, which only it sees:
/// what it is doing is asked by its API.
/// </summary>
[Collection(nameof(Durability))]
public sealed class FullDiskTests
{
    private const string Render = """{"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"} }""";

    [SmallDiskFact]
    public async Task NothingIsAccepted_ThatIsNotDurable_AndAllGoesOnWhenThereIsRoom()
    {
        using var folder = new TempFolder();
        await using var provider = await ProviderDouble.StartAsync(new ProviderPace { Work = TimeSpan.FromSeconds(100) });
        await using var server = new KillableServer(
            "--data", folder.Path, "--Store:MinFreeBytes", "0", "--RunPod:Endpoint", provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", ProviderDouble.ApiKey,
            "--Gateway:LocalWorker", "false")
        {
            Wrapper = SmallDisk.Within(folder.Path, kilobytes: 24 << 10),
        };
        await server.StartAsync();
        var filling = $"{server.RootSeen}{folder.Path}/filling";
        var running = await server.PostAsync("/jobs", Render);
        await Until.TrueAsync(() => provider.Open.Count == 1);

        Fill(filling);
        await UntilHealthAsync(server, HttpStatusCode.ServiceUnavailable);
        await AssertRefusedAsync(server);
        var there = await JobsAsync(server);

        // Meanwhile its worker finishes, after one second, and cannot put its file; nor can a step write that it begins.
        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, CancellationToken.None);
        Assert.True(server.IsAlive);
        File.Delete(filling);

        await UntilHealthAsync(server, HttpStatusCode.OK);
        var next = await server.PostAsync("/jobs", Render);
        Assert.Equal([.. there.Append(next).Order()], (await JobsAsync(server)).Order());
        await UntilSucceededAsync(server, running);
        await UntilSucceededAsync(server, next);
        Assert.All(provider.Till.All.GroupBy(charge => charge.JobId), charges => Assert.Single(charges));
    }

    private static async Task AssertRefusedAsync(KillableServer server)
    {
        // The last pages may still have room for a few; what was accepted is asked for afterwards.
        for (var tries = 0; tries < 50; tries++)
        {
            using var answer = await server.Http.PostAsync("/jobs", new StringContent(Render, null, "application/json"));
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                continue;
            }

            Assert.True(answer.StatusCode == HttpStatusCode.InsufficientStorage, await answer.Content.ReadAsStringAsync());
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Contains("is full", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.True(problem.GetProperty("retryable").GetBoolean());
            return;
        }

        Assert.Fail("It takes jobs for ever.");
    }

    private static async Task UntilHealthAsync(KillableServer server, HttpStatusCode status) => await Until.TrueAsync(
        async () =>
        {
            using var answer = await server.Http.GetAsync("/health");
            return answer.StatusCode == status;
        },
        seconds: 20);

    private static async Task<Guid[]> JobsAsync(KillableServer server) =>
        [.. (await server.Http.GetFromJsonAsync<JsonElement>("/jobs")).EnumerateArray().Select(job => job.GetProperty("job_id").GetGuid())];

    private static async Task UntilSucceededAsync(KillableServer server, Guid jobId)
    {
        await Until.TrueAsync(async () => (await server.GetAsync(jobId)).GetProperty("status").GetString() is "SUCCEEDED" or "FAILED", seconds: 60);
        var job = await server.GetAsync(jobId);
        Assert.True(job.GetProperty("status").GetString() == "SUCCEEDED", job.ToString());
    }

    /// <summary>Leaves no byte free.</summary>
    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
