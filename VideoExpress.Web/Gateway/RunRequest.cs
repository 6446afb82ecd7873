using System.Text.Json;

namespace VideoExpress.Web.Gateway;

/// <summary>The readable part of a <c>POST /run</c>; other keys are dropped as RunPod drops them.</summary>
/// <param name="AttemptId">The input's <c>attempt_id</c>, if it is text.</param>
/// <param name="Input">JSON object, as it came.</param>
/// <param name="ExecutionTimeout">From a hand-out.</param>
/// <param name="TimeToLive">From now.</param>
internal sealed record RunRequest(string? AttemptId, string Input, TimeSpan ExecutionTimeout, TimeSpan TimeToLive)
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

            var attemptId = input.TryGetProperty("attempt_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
            return (new RunRequest(attemptId, input.GetRawText(), executionTimeout, timeToLive), null);
        }
    }

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
