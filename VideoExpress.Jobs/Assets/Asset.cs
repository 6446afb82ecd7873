using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Assets;

/// <summary>A file of a creator's own: usable as <c>asset://id</c> wherever the API takes a URL.</summary>
public sealed record Asset
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What its owner calls it: shown, and the name to save under; never a path.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required AssetKind Kind { get; init; }

    /// <summary>Where its bytes are.</summary>
    public required StoreKey Key { get; init; }

    /// <summary>Media type, by the file's content.</summary>
    public required string ContentType { get; init; }

    /// <summary>Length.</summary>
    public required long Bytes { get; init; }

    /// <summary>Of its bytes, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size, length and codecs.</summary>
    public required OutputFacts Facts { get; init; }

    /// <summary>A JPEG to recognise it by; null for a sound.</summary>
    public required StoreKey? ThumbnailKey { get; init; }

    /// <summary>When it was taken in, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>That it is on its way out, or gone; null while it is kept.</summary>
    public required Trash? Trash { get; init; }

    /// <summary>True when its file was found missing or damaged in the store.</summary>
    public bool IsMissing { get; init; }

    /// <summary><c>asset://id</c>.</summary>
    public string Url => new MediaSource.Asset(Id).ToString();

    /// <summary>The name to save it under: its own, with the extension of its format when it bears none.</summary>
    public string DownloadName => AssetName.ForSaving(Name, Path.GetExtension(Key.Name)[1..]);
}

/// <summary>What an asset is good for.</summary>
public enum AssetKind
{
    /// <summary>Moving pictures, with or without sound; an animated GIF, too.</summary>
    Video,

    /// <summary>Sound alone.</summary>
    Audio,

    /// <summary>One picture.</summary>
    Image,
}

/// <summary>How the API and the database write a kind.</summary>
public static class AssetKinds
{
    /// <summary><c>video</c>, <c>audio</c> or <c>image</c>.</summary>
    public static string Word(this AssetKind kind) => kind switch
    {
        AssetKind.Video => "video",
        AssetKind.Audio => "audio",
        _ => "image",
    };
}
