using System.Text.Json.Serialization;
using VideoExpress.Jobs.Assets;
using VideoExpress.Web.Endpoints.Retention;

namespace VideoExpress.Web.Endpoints.Assets;

/// <summary>An asset as the API shows it.</summary>
internal sealed record AssetView
{
    public required Guid AssetId { get; init; }

    /// <summary><c>asset://id</c>: what is given wherever the API takes a URL.</summary>
    public required string Url { get; init; }

    public required string Name { get; init; }

    /// <summary>video, audio or image.</summary>
    public required string Kind { get; init; }

    /// <summary>By the file's content.</summary>
    public required string ContentType { get; init; }

    public required long Bytes { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>Seconds; null for a picture.</summary>
    public required double? Duration { get; init; }

    /// <summary>Pixels as shown; null without a picture.</summary>
    public required int? Width { get; init; }

    /// <summary>Pixels as shown; null without a picture.</summary>
    public required int? Height { get; init; }

    /// <summary>Frames a second; null for anything but a video.</summary>
    public required double? Fps { get; init; }

    /// <summary>By ffmpeg's name.</summary>
    public required string? VideoCodec { get; init; }

    /// <summary>By ffmpeg's name.</summary>
    public required string? AudioCodec { get; init; }

    /// <summary>The file, to be shown in place: absolute, signed afresh on each read; null once it is removed, and when the store has lost it.</summary>
    public required string? SourceUrl { get; init; }

    /// <summary>The same file, likewise, for a browser to save rather than show.</summary>
    public required string? DownloadUrl { get; init; }

    /// <summary>A JPEG, likewise; null also for a sound.</summary>
    public required string? ThumbnailUrl { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>That it is in the trash or removed; null while it is kept.</summary>
    public required TrashView? Trash { get; init; }

    /// <summary>The view of <paramref name="asset"/> for the sender of <paramref name="request"/>.</summary>
    public static AssetView Of(Asset asset, AssetLinks links, HttpRequest request)
    {
        var facts = asset.Facts;
        return new AssetView
        {
            AssetId = asset.Id,
            Url = asset.Url,
            Name = asset.Name,
            Kind = asset.Kind.Word(),
            ContentType = asset.ContentType,
            Bytes = asset.Bytes,
            Sha256 = asset.Sha256,
            Duration = facts.Duration,
            Width = facts.Width,
            Height = facts.Height,
            Fps = facts.Fps,
            VideoCodec = facts.VideoCodec,
            AudioCodec = facts.AudioCodec,
            SourceUrl = links.Source(asset, request)?.AbsoluteUri,
            DownloadUrl = links.Download(asset, request)?.AbsoluteUri,
            ThumbnailUrl = links.Thumbnail(asset, request)?.AbsoluteUri,
            CreatedAt = asset.CreatedAt.UtcDateTime,
            Trash = TrashView.Of(asset.Trash),
        };
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AssetView))]
[JsonSerializable(typeof(IReadOnlyList<AssetView>))]
internal sealed partial class AssetJson : JsonSerializerContext;
