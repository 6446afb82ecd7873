using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using VideoExpress.Tests.Integration.Gateway;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>A worker in the test's hand: it follows the contract step by step, or breaks it where the test says.</summary>
internal sealed class TestWorker(HttpWorker wire)
{
    private static readonly HttpClient Files = new();

    public HttpWorker Wire => wire;

    /// <summary>Takes the next request; fails when there is none within a few polls.</summary>
    public async Task<TakenRequest> TakeAsync()
    {
        for (var poll = 0; poll < 5; poll++)
        {
            if (await wire.TakeAsync() is { } taken)
            {
                return new TakenRequest(taken.GetProperty("id").GetString()!, JsonNode.Parse(taken.GetProperty("input").GetRawText())!.AsObject());
            }
        }

        throw new TimeoutException("No request came.");
    }

    public Task ProgressAsync(TakenRequest request, int progress, int seq) => wire.ReportAsync(
        request.Id, $$"""{"status":"IN_PROGRESS","output":{"progress":{{progress}},"phase":"generating","seq":{{seq}}} }""");

    public static Task ClaimAsync(TakenRequest request, bool saysWhich = true) => PutAsync(request.Input["claim_put_url"]!, new JsonObject
    {
        ["attempt_id"] = request.AttemptId, ["worker"] = "w1", ["request_id"] = saysWhich ? request.Id : null,
    });

    /// <summary>Puts the video and the result into the store; reports nothing.</summary>
    public static async Task<JsonObject> DeliverAsync(TakenRequest request, byte[] video, string? claimedSha256 = null, string? backend = "draft")
    {
        await PutAsync(request.Input["outputs"]![0]!["put_url"]!, video, "video/mp4");
        var result = new JsonObject
        {
            ["attempt_id"] = request.AttemptId,
            ["files"] = new JsonArray(new JsonObject
            {
                ["name"] = "video", ["content_type"] = "video/mp4", ["bytes"] = video.Length, ["uploaded"] = true,
                ["sha256"] = claimedSha256 ?? Convert.ToHexStringLower(SHA256.HashData(video)),
            }),
            ["seconds"] = 1.5, ["backend"] = backend, ["model"] = "m1", ["seed"] = 11,
        };
        await PutAsync(request.Input["result_put_url"]!, result);
        return result;
    }

    public Task ReportAsync(TakenRequest request, JsonObject result) =>
        wire.ReportAsync(request.Id, new JsonObject { ["output"] = result.DeepClone() }.ToJsonString());

    public async Task FinishAsync(TakenRequest request, byte[] video, string? backend = "draft") =>
        await ReportAsync(request, await DeliverAsync(request, video, backend: backend));

    private static Task PutAsync(JsonNode url, JsonObject document) =>
        PutAsync(url, JsonSerializer.SerializeToUtf8Bytes(document), "application/json");

    private static async Task PutAsync(JsonNode url, byte[] bytes, string contentType)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new(contentType);
        using var answer = await Files.PutAsync(url.GetValue<string>(), content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}

internal sealed record TakenRequest(string Id, JsonObject Input)
{
    public string AttemptId => Input["attempt_id"]!.GetValue<string>();

    /// <summary>What the provider is to call when the request is over; null when it is not to.</summary>
    public Uri? Webhook { get; init; }
}
