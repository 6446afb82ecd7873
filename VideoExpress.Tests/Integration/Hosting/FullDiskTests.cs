using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using VideoExpress.Tests.Integration.Chain;
using VideoExpress.Tests.Provider;
using VideoExpress.Tests.Storage.Crash;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Hosting;

/// <summary>The disk under the data folder is full for a while; the server is not started again.</summary>
public sealed class FullDiskTests
{
    private const string Render = """{"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"} }""";

    [SmallDiskFact]
    public async Task NothingIsAccepted_ThatIsNotDurable_AndAllGoesOnWhenThereIsRoom()
    {
        using var disk = await HeldDisk.MountAsync("size=24m");
        await using var provider = await ProviderDouble.StartAsync(new ProviderPace { Work = TimeSpan.FromSeconds(100) });
        await using var host = await ChainHost.StartAsync(
            "--data", Path.Combine(disk.Path, "data"), "--Store:MinFreeBytes", "0", "--RunPod:Endpoint", provider.Endpoint.AbsoluteUri,
            "--RunPod:ApiKey", ProviderDouble.ApiKey);
        var running = await host.PostAsync("/jobs", Render);
        await host.UntilAsync(running, job => job.Step == 1);

        disk.Fill();
        await Until.TrueAsync(async () => (await host.Http.GetAsync("/health")).StatusCode == HttpStatusCode.ServiceUnavailable);
        var refused = await UntilRefusedAsync(host);
        var health = JsonElement.Parse(await host.Http.GetStringAsync("/jobs"));
        var count = host.Read(db => db.Scalar<int>("select count(*) from jobs"));

        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains("is full", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.True(problem.GetProperty("retryable").GetBoolean());
        Assert.Equal(count, health.GetProperty("jobs").GetArrayLength());

        // Long enough for the worker to have finished, and for a step to have failed to write more than once.
        await Until.TrueAsync(() => provider.Till.All.All(charge => charge.Seconds > 0) || provider.Calls > 60, seconds: 20);
        disk.Free();

        await Until.TrueAsync(async () => (await host.Http.GetAsync("/health")).StatusCode == HttpStatusCode.OK);
        var next = await host.PostAsync("/jobs", Render);
        await host.UntilSucceededAsync(running);
        await host.UntilSucceededAsync(next);
        Assert.Equal(provider.Till.All.Select(charge => charge.JobId).Distinct().Count(), provider.Till.All.Count);
    }

    /// <summary>The last pages of the database may still have had room for a few.</summary>
    private static async Task<HttpResponseMessage> UntilRefusedAsync(ChainHost host)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            var answer = await host.Http.PostAsync("/jobs", new StringContent(Render, null, "application/json"));
            if (answer.StatusCode == HttpStatusCode.InsufficientStorage)
            {
                return answer;
            }

            Assert.True(answer.StatusCode == HttpStatusCode.Created, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        Assert.Fail("It takes jobs for ever.");
        return null!;
    }
}
