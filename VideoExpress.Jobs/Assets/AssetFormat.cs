using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Assets;

/// <summary>What a file is, by its content alone.</summary>
/// <param name="Kind">What it is good for.</param>
/// <param name="Extension">Of its file name, without a dot.</param>
/// <param name="ContentType">Media type.</param>
internal sealed record AssetFormat(AssetKind Kind, string Extension, string ContentType)
{
    /// <summary>Decides by the file's first bytes and by what ffprobe found in it.</summary>
    public static AssetFormat Of(MediaFacts facts, ReadOnlySpan<byte> head)
    {
        var kind = KindOf(facts);
        var sound = kind == AssetKind.Audio;
        return facts.Format switch
        {
            MediaFormat.Mp4 when sound => new(kind, "m4a", "audio/mp4"),
            MediaFormat.Mp4 when IsQuickTime(head) => new(kind, "mov", "video/quicktime"),
            MediaFormat.Mp4 => new(kind, "mp4", "video/mp4"),
            MediaFormat.Matroska when IsWebm(head) => new(kind, "webm", sound ? "audio/webm" : "video/webm"),
            MediaFormat.Matroska => new(kind, sound ? "mka" : "mkv", sound ? "audio/x-matroska" : "video/x-matroska"),
            MediaFormat.MpegTs => new(kind, "ts", "video/mp2t"),
            MediaFormat.Avi => new(kind, "avi", "video/x-msvideo"),
            MediaFormat.Flv => new(kind, "flv", "video/x-flv"),
            MediaFormat.Gif => new(kind, "gif", "image/gif"),
            MediaFormat.Wav => new(kind, "wav", "audio/wav"),
            MediaFormat.Mp3 => new(kind, "mp3", "audio/mpeg"),
            MediaFormat.Aac => new(kind, "aac", "audio/aac"),
            MediaFormat.Flac => new(kind, "flac", "audio/flac"),
            MediaFormat.Ogg => new(kind, sound ? "ogg" : "ogv", sound ? "audio/ogg" : "video/ogg"),
            MediaFormat.Png => new(kind, "png", "image/png"),
            MediaFormat.Jpeg => new(kind, "jpg", "image/jpeg"),
            MediaFormat.Webp => new(kind, "webp", "image/webp"),
            _ => throw new ArgumentOutOfRangeException(nameof(facts)),
        };
    }

    private static AssetKind KindOf(MediaFacts facts) => facts switch
    {
        { Video: null } => AssetKind.Audio,
        { Video.Frames: <= 1, Format: MediaFormat.Gif } => AssetKind.Image,
        _ => facts.Format.IsPicture() ? AssetKind.Image : AssetKind.Video,
    };

    // The major brand of ISO/IEC 14496-12, 4.3; QuickTime's own files are older than brands.
    private static bool IsQuickTime(ReadOnlySpan<byte> head) =>
        !head[4..].StartsWith("ftyp"u8) || head[8..].StartsWith("qt  "u8);

    // The DocType stands in the EBML header, within the first few dozen bytes.
    private static bool IsWebm(ReadOnlySpan<byte> head) => head[..Math.Min(head.Length, 64)].IndexOf("webm"u8) >= 0;
}
