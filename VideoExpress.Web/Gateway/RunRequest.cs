using System.Text.Json;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Gateway;

/// <summary>The readable part of a <c>POST /run</c>; other keys are dropped as RunPod drops them.</summary>
/// <param name="AttemptId">The input's <c>attempt_id</c>, if it is text.</param>
/// <param name="Input">JSON object, as it came.</param>
/// <param name="S3Config">JSON for the handler, as it came; RunPod does nothing with it either.</param>
/// <param name="Webhook">URL to call when the request is over, as it came.</param>
/// <param name="ExecutionTimeout">From a hand-out.</param>
/// <param name="TimeToLive">From now.</param>
internal sealed record RunRequest(
    string? AttemptId, string Input, string? S3Config, string? Webhook, TimeSpan ExecutionTimeout, TimeSpan TimeToLive)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Reads the body, or says what is wrong with it.</summary>
    public static (RunRequest? RunRequest, string? Problem) Read(byte[] body)
    {
        if (!JsonText.TryParseObject(body, out var document))
        {
            return (null, "the body is not a JSON object");
        }

        using (document)
        {
            var root = document.RootElement;
            if (!root.TryGetProperty("input", out var input) || input.ValueKind != JsonValueKind.Object)
            {
                return (null, "input must be an object");
            }

            // The real worker cannot run an empty input: it would come back as lost, minutes later.
            if (input.GetPropertyCount() == 0)
            {
                return (null, "input must not be empty");
            }

            if (Policy(root, "executionTimeout", TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(5)) is not { } executionTimeout)
            {
                return (null, "policy.executionTimeout must be milliseconds from 5 seconds to 7 days");
            }

            if (Policy(root, "ttl", TimeSpan.FromDays(1), TimeSpan.FromSeconds(10)) is not { } timeToLive)
            {
                return (null, "policy.ttl must be milliseconds from 10 seconds to 7 days");
            }

            var webhook = Present(root, "webhook") is { } url ? ErrorText.TextOf(url) : null;
            if (webhook is not null && !IsWebAddress(webhook))
            {
                return (null, "webhook must be an http or https URL");
            }

            return (new RunRequest(
                Text(input, "attempt_id"), input.GetRawText(), Present(root, "s3Config")?.GetRawText(), webhook, executionTimeout,
                timeToLive), null);
        }
    }

    private static bool IsWebAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    /// <summary>A value that says something: clients also send null and empty text.</summary>
    private static JsonElement? Present(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
        && !(value.ValueKind == JsonValueKind.String && value.ValueEquals(""))
            ? value
            : null;

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? ErrorText.TextOf(value) : null;

    /// <summary>A time of the policy; null when it is out of range.</summary>
    private static TimeSpan? Policy(JsonElement root, string name, TimeSpan normal, TimeSpan shortest)
    {
        if (!root.TryGetProperty("policy", out var policy) || policy.ValueKind != JsonValueKind.Object
            || !policy.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return normal;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var milliseconds))
        {
            return null;
        }

        return milliseconds >= shortest.TotalMilliseconds && milliseconds <= Longest.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
    }
}
