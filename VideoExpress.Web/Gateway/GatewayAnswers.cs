using System.Text.Json.Serialization;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Gateway;

/// <summary>The answer to <c>POST /run</c>, and to anything else that needs no more.</summary>
internal sealed record RequestAnswer(string Id, string Status);

/// <summary>
/// The answer to <c>GET /status</c> and <c>POST /cancel</c>; times in milliseconds, absent fields left out. A webhook says the same, and
/// <c>input</c> and <c>webhook</c> as they came.
/// </summary>
internal sealed record StatusAnswer(
    string Id, string Status, long? DelayTime, long? ExecutionTime, string? WorkerId, long? Retries, JsonText? Output, string? Error)
{
    public JsonText? Input { get; init; }

    public string? Webhook { get; init; }

    public static StatusAnswer Of(GatewayRequest request)
    {
        var isTaken = request.Status != RunPodStates.InQueue && request.TakenAt is not null;
        return new StatusAnswer(
            request.Id,
            request.Status,
            isTaken ? ((long?)request.QueuedAt).MillisecondsTo(request.TakenAt) : null,
            isTaken ? request.TakenAt.MillisecondsTo(request.FinishedAt) : null,
            isTaken ? request.WorkerId : null,
            request.Retries > 0 ? request.Retries : null,
            (request.Output ?? request.Progress) is { } output ? new JsonText(output) : null,
            request.Error);
    }
}

/// <summary>The answer to <c>GET /stream</c>: the chunks that the client was not given yet. The list is always there.</summary>
internal sealed record StreamAnswer(string Status, IReadOnlyList<StreamChunk> Stream);

/// <summary>One chunk of a handler that yields.</summary>
internal sealed record StreamChunk(JsonText Output);

/// <summary>The answer to <c>POST /purge-queue</c>.</summary>
internal sealed record PurgeAnswer(int Removed, string Status);

/// <summary>
/// What a worker is given: nothing but this, since it passes every key on to its handler, and <c>s3Config</c> is meant for the handler.
/// </summary>
internal sealed record TakenJob(string Id, JsonText Input, JsonText? S3Config);

/// <summary>Requests that a worker shall stop.</summary>
internal sealed record StopAnswer(IReadOnlyList<string> JobsToStop);

/// <summary>
/// RunPod's <c>/health</c>, and two fields of ours: which input key makes a submission idempotent, and what is wrong with the local worker.
/// </summary>
internal sealed record HealthAnswer(
    GpuJobs Jobs, GpuWorkers Workers, [property: JsonPropertyName("idempotent_key")] string IdempotentKey, string? Problem);

/// <summary>Why a call was refused.</summary>
internal sealed record ErrorAnswer(string Error);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RequestAnswer))]
[JsonSerializable(typeof(StatusAnswer))]
[JsonSerializable(typeof(StreamAnswer))]
[JsonSerializable(typeof(PurgeAnswer))]
[JsonSerializable(typeof(IReadOnlyList<TakenJob>))]
[JsonSerializable(typeof(StopAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
internal sealed partial class GatewayJson : JsonSerializerContext;
