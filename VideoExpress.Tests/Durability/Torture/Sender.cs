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
    /// <param name="prompt">By this the provider knows whose submission it is.</param>
    public async Task<SubmittedJob> PlayAsync(PlannedJob job, string prompt)
    {
        var body = job.Chain switch
        {
            Chain.Local => $$$"""{"type":"EXPORT","params":{"clips":[{"url":"asset://{{{await BringAsync()}}}"}],"captions":[{"text":"Hello","start":0,"end":1}]}}""",
            Chain.GpuWithStitch => Render("final", prompt, ""","captions":[{"text":"Hello","start":0,"end":1}]"""),
            Chain.Draft => Render("draft", prompt, ""),
            _ => Render("final", prompt, ""),
        };
        var submitted = new SubmittedJob((await CreatedAsync("/jobs", () => new StringContent(body, Encoding.UTF8, "application/json"))).GetProperty("job_id").GetGuid());
        if (job.CanceledAfter is not { } after)
        {
            return submitted;
        }

        await Task.Delay(after, TimeProvider.System, cancellationToken);
        using var answer = await AskAsync(() => http.PostAsync($"/jobs/{submitted.Id:D}/cancel", null, cancellationToken));
        return answer.StatusCode == HttpStatusCode.OK ? submitted with { CanceledAt = TimeProvider.System.GetUtcNow() } : submitted;
    }

    private static string Render(string quality, string prompt, string more) =>
        $$"""{"type":"RENDER","quality":"{{quality}}","params":{"prompt":"{{prompt}}","duration":1,"resolution":"480p"{{more}} } }""";

    /// <summary>A clip of the creator's own, so that a film needs no GPU.</summary>
    private async Task<Guid> BringAsync()
    {
        var video = await TestVideo.BytesAsync();
        return (await CreatedAsync("/assets?name=clip.mp4", () => new ByteArrayContent(video))).GetProperty("asset_id").GetGuid();
    }

    private async Task<JsonElement> CreatedAsync(string path, Func<HttpContent> content)
    {
        using var answer = await AskAsync(() => http.PostAsync(path, content(), cancellationToken));
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
