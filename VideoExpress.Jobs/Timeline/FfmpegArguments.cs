using System.Globalization;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>
/// Turns a plan into runs of ffmpeg. Pure. Each span is encoded by a run of its own and the film joined by copying: memory does
/// not grow with the clips, an error names its clip, and a span can later be kept and used again. The sound is made in one run
/// of its own, sample-exact, because joined AAC files leave gaps.
/// </summary>
internal static class FfmpegArguments
{
    /// <summary>Name of the film's sound.</summary>
    public const string SoundName = "sound.m4a";

    /// <summary>Name of the film.</summary>
    public const string FilmName = "film.mp4";

    /// <summary>Name of the list of spans.</summary>
    public const string ListName = "spans.txt";

    // Decoding begins this much earlier than needed, so that a codec's first sounds after a seek are never heard.
    private const long SeekMarginMicros = 1_000_000;

    private static readonly string[] H264 =
    [
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-profile:v", "high", "-pix_fmt", "yuv420p", "-bf", "2", "-x264-params",
        "open-gop=0", "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
    ];

    // The fast coder is as good as the default one at this bit rate, in a third of the time.
    private static readonly string[] Aac = ["-c:a", "aac", "-b:a", "192k", "-aac_coder", "fast"];

    /// <summary>Name of a span's captions.</summary>
    public static string CaptionsName(int span) => string.Create(CultureInfo.InvariantCulture, $"s{span}.ass");

    /// <summary>Encodes a span: exactly its frames, in the film's size, rate and colours, captions burned in.</summary>
    public static FfmpegCommand Span(StitchPlan plan, int index)
    {
        var span = plan.Spans[index];
        var source = plan.Sources[span.Source];
        var captions = plan.CaptionsOver(span).Count > 0 ? CaptionsName(index) : null;
        var graph = VideoFilters.Span(plan, span, Offset(source, span.SourceMicros), captions);
        var second = Math.Max(1, (int)Math.Round(plan.Rate.PerSecond));
        return new FfmpegCommand(
            source.Label,
            [Open(source, span.SourceMicros, "-an")],
            ["-filter_complex", $"{graph}[v]", "-map", "[v]", .. H264, "-g", second.ToString(CultureInfo.InvariantCulture)],
            ConcatList.Name(index),
            "mp4",
            [TimeScale(plan.Rate)]);
    }

    /// <summary>Encodes the film's sound: every piece exactly as long as its picture.</summary>
    public static FfmpegCommand Sound(StitchPlan plan)
    {
        IReadOnlyList<SoundPiece> pieces = plan.VoiceOver is { } voice ? [.. plan.Sound, voice] : plan.Sound;
        var graph = SoundFilters.Film(plan, pieces, p => Offset(plan.Sources[p.Source!.Value], p.SourceMicros));
        return new FfmpegCommand(
            "the sound",
            [.. pieces.Select(p => p.Source is { } s ? Open(plan.Sources[s], p.SourceMicros, "-vn") : FfmpegInput.Silence)],
            ["-filter_complex", graph, "-map", "[a]", .. Aac],
            SoundName,
            "mp4",
            []);
    }

    /// <summary>Joins spans and sound without encoding.</summary>
    public static FfmpegCommand Film(StitchPlan plan) => new(
        "the film",
        [FfmpegInput.File(ListName, "concat", "-copyts"), FfmpegInput.File(SoundName, "mov")],
        ["-map", "0:v:0", "-map", "1:a:0", "-c", "copy"],
        FilmName,
        "mp4",
        [TimeScale(plan.Rate), "movflags=+faststart"]);

    /// <summary>Opens a source a little before the time needed, where it can be sought in exactly; else from its beginning.</summary>
    private static FfmpegInput Open(StitchSource source, long micros, string without)
    {
        var seek = Seek(source, micros);
        string[] options = seek > 0 ? [without, "-ss", Seconds(seek)] : [without];
        return FfmpegInput.File(source.Name, source.Facts.Format.Demuxer(), options);
    }

    private static long Seek(StitchSource source, long micros) =>
        source.Facts.Format.SeeksExactly() ? Math.Max(0, micros - SeekMarginMicros) : 0;

    /// <summary>Where the time needed is, once the source is opened.</summary>
    private static long Offset(StitchSource source, long micros) => micros - Seek(source, micros);

    /// <summary>A time base in which every frame has a whole number of ticks.</summary>
    private static string TimeScale(FrameRate rate)
    {
        const int Finest = 10_000;
        var scale = rate.Numerator;
        while (scale < Finest)
        {
            scale *= 2;
        }

        return string.Create(CultureInfo.InvariantCulture, $"video_track_timescale={scale}");
    }

    /// <summary>Seconds as ffmpeg takes them, to the microsecond.</summary>
    internal static string Seconds(long micros) =>
        string.Create(CultureInfo.InvariantCulture, $"{micros / 1_000_000}.{micros % 1_000_000:000000}");
}
