using System.Net;
using System.Text;
using System.Text.Json;

namespace VideoExpress.Tests.Durability;

/// <summary>The server dies when a job is committed and its sender not answered: who repeats the call gets that job.</summary>
[Collection(nameof(Durability))]
public sealed class RepeatedCallTests
{
    private const string Render = """{"type":"RENDER","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"}}""";

    [Fact]
    public async Task ACallWhoseAnswerWasLost_Repeated_IsTheSameJob()
    {
        await using var server = new KillableServer("--Gateway:LocalWorker", "false");
        await server.StartAsync("job.accepted");
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(server));
        await server.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        await server.StartAsync();

        using var answer = await PostAsync(server);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("true", answer.Headers.GetValues("Idempotent-Replayed").Single());
        var jobId = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("job_id").GetGuid();
        Assert.Equal(jobId.ToString(), server.Read<string>("select job_id from jobs"));
        Assert.Equal(1, server.Read<long>("select count(*) from jobs"));
    }

    private static async Task<HttpResponseMessage> PostAsync(KillableServer server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/jobs") { Content = new StringContent(Render, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", "one");
        return await server.Http.SendAsync(request);
    }
}
