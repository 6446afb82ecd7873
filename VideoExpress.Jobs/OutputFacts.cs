using System.Text.Json;
using System.Text.Json.Serialization;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs;

/// <summary>What the API tells of a media file: of a sound no size, of a picture nothing but its size.</summary>
/// <param name="Duration">Seconds.</param>
/// <param name="Width">Pixels as shown.</param>
/// <param name="Height">Pixels as shown.</param>
/// <param name="Fps">Frames a second.</param>
/// <param name="Frames">Frames; null also where the file does not tell.</param>
/// <param name="VideoCodec">By ffmpeg's name, such as <c>h264</c>.</param>
/// <param name="AudioCodec">By ffmpeg's name, such as <c>aac</c>.</param>
public sealed record OutputFacts(
    double? Duration = null,
    int? Width = null,
    int? Height = null,
    double? Fps = null,
    long? Frames = null,
    string? VideoCodec = null,
    string? AudioCodec = null)
{
    /// <summary>What of <paramref name="facts"/> fits the kind of file.</summary>
    public static OutputFacts Of(MediaFacts facts) => facts.Format.IsPicture()
        ? new OutputFacts(Width: facts.Video?.Width, Height: facts.Video?.Height)
        : new OutputFacts(
            facts.DurationSeconds,
            facts.Video?.Width,
            facts.Video?.Height,
            facts.Video?.Rate is { } rate ? Math.Round(rate.PerSecond, 3) : null,
            facts.Video?.Frames,
            facts.Video?.Codec,
            facts.Audio?.Codec);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    internal static OutputFacts? Read(string? json) => json is null ? null : JsonSerializer.Deserialize(json, OutputFactsJson.Default.OutputFacts);

    /// <summary>As the column <c>facts</c> has it.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, OutputFactsJson.Default.OutputFacts);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OutputFacts))]
internal sealed partial class OutputFactsJson : JsonSerializerContext;
