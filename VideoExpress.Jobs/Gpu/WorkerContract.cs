using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoExpress.Jobs.Gpu;

/// <summary>What a worker reports, and puts into the store as <c>result.json</c>.</summary>
internal sealed record WorkerResult
{
    /// <summary>How the <see cref="Backend"/> of an engine without a model begins.</summary>
    public const string DraftBackend = "draft";

    // The generated reader sets what is absent to null, whatever the default here.
    public IReadOnlyList<WorkerFile> Files { get => field ?? []; init; }

    /// <summary>The only field of a simple handler written after the original document.</summary>
    public string? VideoUrl { get; init; }

    /// <summary>Seconds that the worker measured.</summary>
    public double? Seconds { get; init; }

    public string? Model { get; init; }

    /// <summary>What made it: <see cref="DraftBackend"/>, or the name of a library of models.</summary>
    public string? Backend { get; init; }

    /// <summary>The seed that it was made with; a number, or whatever a handler puts there.</summary>
    public JsonElement? Seed { get; init; }

    public IReadOnlyList<string> Warnings { get => field ?? []; init; }

    /// <summary>True for the marker that we put ourselves: the attempt was given up and ended unpaid.</summary>
    public bool Superseded { get; init; }

    public string? Error { get; init; }

    /// <summary>Our own note that the attempt's files are published already, while nothing is left in the inbox.</summary>
    public static JsonElement OfPublished { get; } = JsonElement.Parse("""{"published":true}""");

    /// <summary>Reads a result; null when it has not the shape of one.</summary>
    public static WorkerResult? TryRead(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object ? json.Deserialize(AttemptJson.Default.WorkerResult) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A file of a result: in the inbox (<c>uploaded</c>), at a URL, or inline.</summary>
internal sealed record WorkerFile
{
    public required string Name { get; init; }

    public string? ContentType { get; init; }

    public long? Bytes { get; init; }

    public string? Sha256 { get; init; }

    public string? Url { get; init; }

    public bool Uploaded { get; init; }

    public byte[]? Base64 { get; init; }
}

/// <summary>Put at the result key of an attempt that is given up.</summary>
internal sealed record SupersededResult(Guid AttemptId, bool Superseded);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WorkerResult))]
[JsonSerializable(typeof(SupersededResult))]
internal sealed partial class AttemptJson : JsonSerializerContext;
