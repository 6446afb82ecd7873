namespace VideoExpress.Jobs.Media;

/// <summary>What is in a media file.</summary>
/// <param name="Format">Its container.</param>
/// <param name="DurationMicros">
/// Microseconds from the file's beginning to the end of its moving picture, or of its sound when it has none; 0 for a still.
/// </param>
/// <param name="Video">The picture, if there is one.</param>
/// <param name="Audio">The sound, if there is any.</param>
public sealed record MediaFacts(MediaFormat Format, long DurationMicros, VideoFacts? Video, AudioFacts? Audio)
{
    /// <summary><see cref="DurationMicros"/> in seconds.</summary>
    public double DurationSeconds => DurationMicros / 1e6;
}

/// <summary>The picture of a media file.</summary>
public sealed record VideoFacts
{
    /// <summary>Index of the stream within the file.</summary>
    public required int StreamIndex { get; init; }

    /// <summary>Codec by ffmpeg's name, such as <c>h264</c>.</summary>
    public required string Codec { get; init; }

    /// <summary>Width as shown, after rotation and with square pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height as shown, after rotation.</summary>
    public required int Height { get; init; }

    /// <summary>Average rate; null when the file does not tell.</summary>
    public FrameRate? Rate { get; init; }

    /// <summary>False when the frames come at uneven times, as from a telephone.</summary>
    public bool ConstantRate { get; init; } = true;

    /// <summary>Frames; null where only decoding would tell.</summary>
    public long? Frames { get; init; }

    /// <summary>Pixel format by ffmpeg's name, such as <c>yuv420p</c>.</summary>
    public string PixelFormat { get; init; } = "";

    /// <summary>Colour matrix by ffmpeg's name, such as <c>bt709</c>; null when the file does not tell.</summary>
    public string? ColorSpace { get; init; }

    /// <summary>True for high dynamic range (PQ or HLG).</summary>
    public bool Hdr { get; init; }
}

/// <summary>The sound of a media file.</summary>
/// <param name="StreamIndex">Index of the stream within the file.</param>
/// <param name="Codec">Codec by ffmpeg's name, such as <c>aac</c>.</param>
/// <param name="SampleRate">Hertz.</param>
/// <param name="Channels">1 mono, 2 stereo, …</param>
public sealed record AudioFacts(int StreamIndex, string Codec, int SampleRate, int Channels);
