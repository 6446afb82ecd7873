using System.Text.Json;
using VideoExpress.Jobs.Data;

namespace VideoExpress.Jobs.Gpu.Webhooks;

/// <summary>Reads what RunPod posts: the answer of <c>/status</c> with two keys more, <c>input</c> and <c>webhook</c>.</summary>
internal static class WebhookBody
{
    private const int MaxRequestId = 200;

    /// <summary>What we have sent ourselves; the URL among it is secret.</summary>
    private static readonly string[] Ours = ["input", "webhook"];

    private static readonly string[] States =
    [
        RunPodStates.InQueue, RunPodStates.InProgress, RunPodStates.Completed, RunPodStates.Failed, RunPodStates.Cancelled, RunPodStates.TimedOut,
    ];

    /// <summary>The call; null when it is no JSON object with an id and a state that we know.</summary>
    public static Webhook? TryRead(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } told
                && Text(told, "id") is { Length: > 0 and <= MaxRequestId } requestId
                && Text(told, "status") is { } status && States.Contains(status)
                ? new Webhook { Status = status, RequestId = requestId, Body = Theirs(told) }
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException) // the latter: no valid Unicode
        {
            return null;
        }
    }

    private static string? Text(JsonElement told, string name) =>
        told.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Value by value as it came: an output is not ours to understand.</summary>
    private static string Theirs(JsonElement told)
    {
        var members = told.EnumerateObject().Where(member => !Ours.Contains(member.Name))
            .Select(member => $"\"{JsonEncodedText.Encode(member.Name)}\":{member.Value.GetRawText()}");
        return $"{{{string.Join(',', members)}}}";
    }
}
