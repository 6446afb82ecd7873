using System.Text.Json;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// Reads the provider's answers. Nothing but <c>id</c> and <c>status</c> is certain, so everything else is read leniently; an answer
/// without them is no answer and throws <see cref="JsonException"/>.
/// </summary>
internal static class RunPodAnswers
{
    /// <summary>The request id in the answer to <c>POST /run</c>.</summary>
    public static string RequestId(string? body)
    {
        using var document = Parse(body);
        return Text(document.RootElement, "id") is { Length: > 0 } id ? id : throw new JsonException("The answer has no id.");
    }

    /// <summary>The bare <c>status</c> in an answer about a request.</summary>
    public static string Status(string requestId, string? body)
    {
        using var document = Parse(body);
        return StatusOf(requestId, document.RootElement);
    }

    /// <summary>The answer to <c>GET /status</c>.</summary>
    public static GpuStatus RequestStatus(string requestId, string? body)
    {
        using var document = Parse(body);
        var answer = document.RootElement;
        var error = answer.TryGetProperty("error", out var value) ? ErrorText.From(value) : null;
        var status = new GpuStatus
        {
            RequestId = requestId,
            State = StateOf(StatusOf(requestId, answer), error),
            Error = error,
            DelayTime = Milliseconds(answer, "delayTime"),
            ExecutionTime = Milliseconds(answer, "executionTime"),
            WorkerId = Text(answer, "workerId"),
            Retries = Count(answer, "retries"),
        };
        if (!answer.TryGetProperty("output", out var output) || output.ValueKind == JsonValueKind.Null)
        {
            return status;
        }

        return status.State is GpuState.InQueue or GpuState.InProgress
            ? WithProgress(status, output)
            : status with { Output = output.Clone() };
    }

    /// <summary>The answer to <c>GET /health</c>.</summary>
    public static GpuHealth Health(string? body)
    {
        using var document = Parse(body);
        var answer = document.RootElement;
        var jobs = Part(answer, "jobs");
        var workers = Part(answer, "workers");
        return new GpuHealth(
            new GpuJobs(
                Count(jobs, "completed"), Count(jobs, "failed"), Count(jobs, "inProgress"), Count(jobs, "inQueue"), Count(jobs, "retried")),
            new GpuWorkers(
                Count(workers, "idle"), Count(workers, "initializing"), Count(workers, "ready"), Count(workers, "running"),
                Count(workers, "throttled"), Count(workers, "unhealthy")),
            Text(answer, "idempotent_key") == "attempt_id",
            Text(answer, "problem"));
    }

    private static JsonDocument Parse(string? body)
    {
        var document = JsonDocument.Parse(body ?? "");
        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document.Dispose();
        throw new JsonException("The answer is not a JSON object.");
    }

    /// <summary>An answer that names another request is not believed: whose result it brings is not known.</summary>
    private static string StatusOf(string requestId, JsonElement answer) =>
        Text(answer, "id") is { } id && !id.Equals(requestId, StringComparison.OrdinalIgnoreCase)
            ? throw new JsonException("The answer is about another request.")
            : Text(answer, "status") ?? throw new JsonException("The answer has no status.");

    private static GpuState StateOf(string status, string? error) => status switch
    {
        RunPodStates.InQueue => GpuState.InQueue,
        RunPodStates.Completed => GpuState.Completed,
        RunPodStates.Failed when error == RunPodStates.ExecutionTimeoutExceeded => GpuState.TimedOut,
        RunPodStates.Failed => GpuState.Failed,
        RunPodStates.Cancelled => GpuState.Cancelled,
        RunPodStates.TimedOut => GpuState.TimedOut,
        _ => GpuState.InProgress,
    };

    private static GpuStatus WithProgress(GpuStatus status, JsonElement progress) => progress.ValueKind switch
    {
        JsonValueKind.Number => status with { Progress = Percent(progress) },
        JsonValueKind.Object => status with
        {
            Progress = progress.TryGetProperty("progress", out var percent) ? Percent(percent) : null,
            Phase = Text(progress, "phase"),
            Seq = progress.TryGetProperty("seq", out var seq) && seq.ValueKind == JsonValueKind.Number && seq.TryGetInt64(out var n)
                ? n
                : null,
        },
        _ => status,
    };

    private static int? Percent(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? (int)Math.Round(Math.Clamp(value.GetDouble(), 0, 100)) : null;

    private static TimeSpan? Milliseconds(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? TimeSpan.FromMilliseconds(Math.Clamp(value.GetDouble(), 0, uint.MaxValue))
            : null;

    private static int Count(JsonElement part, string name) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? (int)Math.Clamp(value.GetDouble(), 0, int.MaxValue)
            : 0;

    private static JsonElement Part(JsonElement answer, string name) => answer.TryGetProperty(name, out var part) ? part : default;

    private static string? Text(JsonElement part, string name) =>
        part.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? ErrorText.TextOf(value) : null;
}
