namespace VideoExpress.Jobs.Media;

/// <summary>The container of a media file, as its first bytes say.</summary>
public enum MediaFormat
{
    /// <summary>MP4, M4A, QuickTime and 3GP.</summary>
    Mp4,

    /// <summary>Matroska and WebM.</summary>
    Matroska,

    /// <summary>MPEG transport stream.</summary>
    MpegTs,

    /// <summary>AVI.</summary>
    Avi,

    /// <summary>Flash video.</summary>
    Flv,

    /// <summary>Animated or still GIF.</summary>
    Gif,

    /// <summary>RIFF wave sound.</summary>
    Wav,

    /// <summary>MPEG audio layer 3.</summary>
    Mp3,

    /// <summary>AAC in ADTS frames.</summary>
    Aac,

    /// <summary>FLAC.</summary>
    Flac,

    /// <summary>Ogg: Vorbis, Opus or Theora.</summary>
    Ogg,

    /// <summary>PNG picture.</summary>
    Png,

    /// <summary>JPEG picture.</summary>
    Jpeg,

    /// <summary>WebP picture.</summary>
    Webp,
}

/// <summary>What ffmpeg and people call a format.</summary>
internal static class MediaFormats
{
    /// <summary>The one demuxer that may open such a file: playlists and lists of files are never among them.</summary>
    public static string Demuxer(this MediaFormat format) => format switch
    {
        MediaFormat.Mp4 => "mov",
        MediaFormat.Png => "png_pipe",
        MediaFormat.Jpeg => "jpeg_pipe",
        MediaFormat.Webp => "webp_pipe",
#pragma warning disable CA1308 // ffmpeg's names are lower case
        _ => format.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
    };

    /// <summary>True for a single picture.</summary>
    public static bool IsPicture(this MediaFormat format) => format is MediaFormat.Png or MediaFormat.Jpeg or MediaFormat.Webp;

    /// <summary>True when the file has an index, so that ffmpeg seeks in it exactly.</summary>
    public static bool SeeksExactly(this MediaFormat format) => format is MediaFormat.Mp4 or MediaFormat.Matroska;
}
