using System.Text.Json;
using System.Text.Json.Serialization;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs;

/// <summary>What the API tells of a published media file.</summary>
/// <param name="Duration">Seconds.</param>
/// <param name="Width">Pixels as shown; null without a picture.</param>
/// <param name="Height">Pixels as shown; null without a picture.</param>
/// <param name="Fps">Frames a second; null without a picture.</param>
/// <param name="Frames">Frames; null where the file does not tell.</param>
/// <param name="VideoCodec">By ffmpeg's name.</param>
/// <param name="AudioCodec">By ffmpeg's name.</param>
internal sealed record OutputFacts(
    double Duration, int? Width, int? Height, double? Fps, long? Frames, string? VideoCodec, string? AudioCodec)
{
    public static JsonElement Of(MediaFacts facts) => JsonSerializer.SerializeToElement(
        new OutputFacts(
            facts.DurationSeconds,
            facts.Video?.Width,
            facts.Video?.Height,
            facts.Video?.Rate is { } rate ? Math.Round(rate.PerSecond, 3) : null,
            facts.Video?.Frames,
            facts.Video?.Codec,
            facts.Audio?.Codec),
        OutputFactsJson.Default.OutputFacts);

    /// <summary>What <see cref="Of"/> wrote.</summary>
    public static OutputFacts Read(JsonElement json) => json.Deserialize(OutputFactsJson.Default.OutputFacts)!;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OutputFacts))]
internal sealed partial class OutputFactsJson : JsonSerializerContext;
