using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoExpress.Jobs.Data;

/// <summary>JSON of columns, events and the worker's contract: snake_case, nulls left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class JobsJson : JsonSerializerContext;
