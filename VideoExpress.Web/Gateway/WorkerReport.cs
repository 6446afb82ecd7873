using System.Text.Json;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Gateway;

/// <summary>What a worker posts about a request: progress, or its end.</summary>
internal abstract record WorkerReport
{
    private WorkerReport()
    {
    }

    /// <param name="Output">The progress object, JSON as it came.</param>
    /// <param name="Seq">Its number, if it has one: reports overtake each other, the highest is the newest.</param>
    public sealed record Progress(string Output, long? Seq) : WorkerReport;

    /// <param name="Output">JSON as it came; null when the handler returned nothing.</param>
    /// <param name="Error">Present when the handler failed.</param>
    /// <param name="IsWorkerEnding">The handler has asked for a fresh process, and this one may be ending.</param>
    public sealed record Result(string? Output, string? Error, bool IsWorkerEnding = false) : WorkerReport;

    /// <summary>Progress that cannot be read; the request goes on.</summary>
    public sealed record Unreadable : WorkerReport;

    /// <summary>Reads a body; one that is no JSON is the end of its request too, since the worker will not post another.</summary>
    public static WorkerReport Read(byte[] body)
    {
        if (!JsonText.TryParseObject(body, out var document))
        {
            return IsProgress(body) ? new Unreadable() : new Result(null, "invalid JSON from worker");
        }

        using (document)
        {
            var root = document.RootElement;
            var output = Present(root, "output");
            if (Present(root, "status") is { ValueKind: JsonValueKind.String } status && status.ValueEquals(RunPodStates.InProgress))
            {
                return new Progress(output?.GetRawText() ?? "{}", SeqOf(output));
            }

            var error = Present(root, "error") switch
            {
                null => null,
                { ValueKind: JsonValueKind.String } text => ErrorText.TextOf(text),
                { } other => other.GetRawText(),
            };
            return new Result(output?.GetRawText(), error, Present(root, "stopPod") is { ValueKind: JsonValueKind.True });
        }
    }

    /// <summary>
    /// Whether a body that cannot be read begins as progress does. A number that is none in it (Python writes a bare <c>NaN</c>) must not end
    /// a request whose result is still to come.
    /// </summary>
    private static bool IsProgress(byte[] body)
    {
        var reader = new Utf8JsonReader(body, isFinalBlock: false, state: default);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                && reader.Read() && reader.ValueTextEquals("status")
                && reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(RunPodStates.InProgress);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonElement? Present(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static long? SeqOf(JsonElement? output) =>
        output is { ValueKind: JsonValueKind.Object } progress && Present(progress, "seq") is { ValueKind: JsonValueKind.Number } seq
            && seq.TryGetInt64(out var number)
            ? number
            : null;
}
