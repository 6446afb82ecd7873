using System.Net;
using System.Text;
using System.Text.Json;
using VideoExpress.Tests.Integration.Chain;
using VideoExpress.Tests.Provider;

namespace VideoExpress.Tests.Durability.Torture;

/// <summary>Hands jobs in and cancels them, as a client does whose server may be gone at any moment: it asks again until it is answered.</summary>
internal sealed class Sender(HttpClient http, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(30);

    /// <summary>Hands a job in, and cancels it when its time has come.</summary>
    /// <param name="job">Which.</param>
    /// <param name="index">By this the provider knows whose submission it is, and the server that it is handed in again.</param>
    public async Task<SubmittedJob> PlayAsync(PlannedJob job, int index)
    {
        var body = job.Chain switch
        {
            Chain.Local => $$$"""{"type":"EXPORT","params":{"clips":[{"url":"asset://{{{await BringAsync()}}}"}],"captions":[{"text":"Hello","start":0,"end":1}]}}""",
            Chain.GpuWithStitch => Render("final", index, ""","captions":[{"text":"Hello","start":0,"end":1}]"""),
            Chain.Draft => Render("draft", index, ""),
            _ => Render("final", index, ""),
        };
        var created = await CreatedAsync("/jobs", () => new StringContent(body, Encoding.UTF8, "application/json"), $"job-{index}");
        var submitted = new SubmittedJob(created.GetProperty("job_id").GetGuid());
        if (job.CanceledAfter is not { } after)
        {
            return submitted;
        }

        await Task.Delay(after, TimeProvider.System, cancellationToken);
        using var answer = await AskAsync(() => http.PostAsync($"/jobs/{submitted.Id:D}/cancel", null, cancellationToken));
        return answer.StatusCode == HttpStatusCode.OK ? submitted with { CanceledAt = TimeProvider.System.GetUtcNow() } : submitted;
    }

    /// <summary>Has a FAILED job tried again; one that is not FAILED stays as it is.</summary>
    public async Task RetryAsync(SubmittedJob job)
    {
        using var answer = await AskAsync(() => http.PostAsync($"/jobs/{job.Id:D}/retry", null, cancellationToken));
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Conflict))
        {
            throw new InvalidOperationException($"retry: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }

    private static string Render(string quality, int index, string more) =>
        $$"""{"type":"RENDER","quality":"{{quality}}","params":{"prompt":"job {{index}}","duration":1,"resolution":"480p"{{more}} } }""";

    /// <summary>A clip of the creator's own, so that a film needs no GPU.</summary>
    private async Task<Guid> BringAsync()
    {
        var video = await TestVideo.BytesAsync();
        return (await CreatedAsync("/assets?name=clip.mp4", () => new ByteArrayContent(video), key: null)).GetProperty("asset_id").GetGuid();
    }

    private async Task<JsonElement> CreatedAsync(string path, Func<HttpContent> content, string? key)
    {
        using var answer = await AskAsync(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content() };
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            return await http.SendAsync(request, cancellationToken);
        });
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.StatusCode == HttpStatusCode.Created ? JsonElement.Parse(text) : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
    }

    private async Task<HttpResponseMessage> AskAsync(Func<Task<HttpResponseMessage>> ask)
    {
        while (true)
        {
            try
            {
                var answer = await ask();
                if ((int)answer.StatusCode < 500)
                {
                    return answer;
                }

                answer.Dispose();
            }
            catch (HttpRequestException)
            {
                // It died, or is not up yet.
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }
}
