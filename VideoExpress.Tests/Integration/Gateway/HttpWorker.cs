using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>Speaks as a worker does: raw key, JSON that calls itself a form.</summary>
internal sealed class HttpWorker(HttpClient http, Uri endpoint, string key, string id)
{
    public string Id { get; } = id;

    /// <summary>One question for work: the request taken, or null when there is none.</summary>
    public async Task<JsonElement?> TakeAsync(CancellationToken cancellationToken = default)
    {
        using var answer = await AskAsync($"job-take/{Id}?gpu=home&job_in_progress=0", cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NoContent)
        {
            return null;
        }

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        return await ReadAsync(answer);
    }

    /// <summary>The id of the request that one question for work brought.</summary>
    public async Task<string> TakeIdAsync() => (await TakeAsync())!.Value.GetProperty("id").GetString()!;

    public async Task<JsonElement?> TakeBatchAsync(int size)
    {
        using var answer = await AskAsync($"job-take-batch/{Id}?gpu=home&batch_size={size}&job_in_progress=0");
        return answer.StatusCode == HttpStatusCode.NoContent ? null : await ReadAsync(answer);
    }

    /// <summary>One question for stops: their ids, none when there are none.</summary>
    public async Task<string[]> StopsAsync()
    {
        using var answer = await AskAsync($"job-stop/{Id}?gpu=home");
        return answer.StatusCode == HttpStatusCode.NoContent
            ? []
            : [.. (await ReadAsync(answer)).GetProperty("jobsToStop").EnumerateArray().Select(stop => stop.GetString()!)];
    }

    public async Task PingAsync(params string[] requestIds)
    {
        var jobs = requestIds.Length == 0 ? "" : $"&job_id={Uri.EscapeDataString(string.Join(',', requestIds))}";
        using var answer = await AskAsync($"ping/{Id}?gpu=home{jobs}&runpod_version=1.12.0");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Posts progress or a result; 200 whatever it says.</summary>
    public Task ReportAsync(string requestId, string body) => PostAsync($"job-done/{Id}/{requestId}?gpu=home&isStream=false", body);

    /// <summary>Posts a chunk; 200 whatever it says.</summary>
    public Task ChunkAsync(string requestId, string body) => PostAsync($"job-stream/{Id}/{requestId}?gpu=home&isStream=false", body);

    private async Task PostAsync(string call, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{endpoint}/{call}")
        {
            Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded")),
        };
        request.Headers.TryAddWithoutValidation("Authorization", key);
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    public async Task<HttpResponseMessage> AskAsync(string call, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{endpoint}/{call}");
        request.Headers.TryAddWithoutValidation("Authorization", key);
        return await http.SendAsync(request, cancellationToken);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return document.RootElement.Clone();
    }
}
