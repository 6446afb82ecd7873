using System.Text.Json.Serialization;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>What is known of a resumable upload until it is an asset. How much of it is here says the file beside it.</summary>
/// <param name="Id">Its id, and the id of the asset that it becomes.</param>
/// <param name="Length">Bytes of the whole.</param>
/// <param name="Name">What its owner calls it; null: nothing fit to show.</param>
/// <param name="Metadata">The client's own text, given back as it came.</param>
/// <param name="Refusal">Why the whole file did not become an asset, as a sentence; null while that is not known.</param>
/// <param name="Verified">
/// Bytes that are good, while a piece is written behind them whose checksum is still to be compared; null: all that are here.
/// </param>
internal sealed record Upload(Guid Id, long Length, string? Name, string? Metadata, string? Refusal = null, long? Verified = null)
{
    /// <summary>Bytes that are here: the file's own length, but for what is not verified.</summary>
    [JsonIgnore]
    public long Offset { get; init; }

    /// <summary>When it is removed unless more of it comes, UTC.</summary>
    [JsonIgnore]
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What it has become; null while it is not an asset.</summary>
    [JsonIgnore]
    public Asset? Asset { get; init; }

    /// <summary>True when every byte is here, and what they are is not known yet.</summary>
    [JsonIgnore]
    public bool IsComplete => Offset == Length && Refusal is null && Asset is null;

    /// <summary>The upload that an asset was.</summary>
    public static Upload Of(Asset asset) => new(asset.Id, asset.Bytes, asset.Name, Metadata: null) { Offset = asset.Bytes, Asset = asset };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Upload))]
internal sealed partial class UploadJson : JsonSerializerContext;
