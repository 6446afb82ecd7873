using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace VideoExpress.Jobs.Gpu;

/// <summary>The body of <c>POST /run</c>. RunPod drops other keys, so all that the worker needs is in the input.</summary>
internal sealed record RunBody(JsonObject Input, RunPolicy Policy, Uri? Webhook);

/// <summary>Both in milliseconds: from pick-up by a worker, and from submission.</summary>
internal sealed record RunPolicy(long ExecutionTimeout, long Ttl);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunBody))]
internal sealed partial class RunPodJson : JsonSerializerContext;
