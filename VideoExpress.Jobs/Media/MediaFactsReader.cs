using System.Globalization;
using FFMpegCore;

namespace VideoExpress.Jobs.Media;

/// <summary>
/// Turns ffprobe's answer into <see cref="MediaFacts"/>. Pure. Reads the raw strings: FFMpegCore's own properties cut times to
/// milliseconds and rates to doubles.
/// </summary>
internal static class MediaFactsReader
{
    private const double RateTolerance = 0.005;

    private static readonly string[] HdrTransfers = ["smpte2084", "arib-std-b67"];

    public static MediaFacts Read(MediaFormat format, FFProbeAnalysis raw)
    {
        var video = raw.Streams.FirstOrDefault(s => s.CodecType == "video" && s.Width > 0 && s.Height > 0 && !IsCover(s));
        var audio = raw.Streams.FirstOrDefault(s => s.CodecType == "audio" && !string.IsNullOrEmpty(s.CodecName));
        var begin = Micros(raw.Format.StartTime) ?? 0;
        var duration = video is not null && !format.IsPicture() ? End(video, begin) : null;
        if (video is null)
        {
            duration = Micros(raw.Format.Duration);
        }

        return new MediaFacts(format, duration ?? 0, video is null ? null : Video(video), audio is null ? null : Audio(audio));
    }

    /// <summary>Adds what only the list of packets tells, in files without an index: the true end of the picture, and its frames.</summary>
    public static MediaFacts Complete(MediaFacts facts, FFProbeFormat format, IReadOnlyList<FFProbePacket> packets)
    {
        var begin = Micros(format.StartTime) ?? 0;
        var step = facts.Video!.Rate is { } rate ? rate.MicrosAt(1) : 0;
        var end = packets.Select(p => (Micros(p.PtsTime) ?? 0) + (Micros(p.DurationTime) ?? step)).DefaultIfEmpty(begin).Max();
        return facts with { DurationMicros = Math.Max(0, end - begin), Video = facts.Video with { Frames = packets.Count } };
    }

    private static VideoFacts Video(FFProbeStream stream)
    {
        var (width, height) = Shown(stream);
        var average = FrameRate.Parse(stream.AvgFrameRate);
        var real = FrameRate.Parse(stream.FrameRate);
        return new VideoFacts
        {
            StreamIndex = stream.Index,
            Codec = stream.CodecName ?? "",
            Width = width,
            Height = height,
            Rate = average ?? real,
            ConstantRate = average is null || real is null
                || Math.Abs(average.PerSecond - real.PerSecond) <= real.PerSecond * RateTolerance,
            Frames = Frames(stream),
            PixelFormat = stream.PixelFormat ?? "",
            ColorSpace = stream.ColorSpace is null or "unknown" ? null : stream.ColorSpace,
            Hdr = HdrTransfers.Contains(stream.ColorTransfer),
        };
    }

    private static long? Frames(FFProbeStream stream) =>
        stream.ExtensionData.TryGetValue("nb_frames", out var text)
        && long.TryParse(text.GetString(), CultureInfo.InvariantCulture, out var frames) ? frames : null;

    private static AudioFacts Audio(FFProbeStream stream) => new(
        stream.Index,
        stream.CodecName!,
        int.TryParse(stream.SampleRate, CultureInfo.InvariantCulture, out var rate) ? rate : 0,
        stream.Channels ?? 0);

    /// <summary>ffprobe gives the size before rotation and in pixels that need not be square.</summary>
    private static (int Width, int Height) Shown(FFProbeStream stream)
    {
        var (width, height) = (stream.Width!.Value, stream.Height!.Value);
        var aspect = (stream.SampleAspectRatio ?? "").Split(':');
        if (aspect.Length == 2
            && int.TryParse(aspect[0], CultureInfo.InvariantCulture, out var across) && across > 0
            && int.TryParse(aspect[1], CultureInfo.InvariantCulture, out var down) && down > 0)
        {
            width = Math.Max(1, (int)Math.Round((double)width * across / down));
        }

        return Math.Abs(Rotation(stream)) % 180 == 90 ? (height, width) : (width, height);
    }

    private static int Rotation(FFProbeStream stream)
    {
        foreach (var data in stream.SideData ?? [])
        {
            if (data.TryGetValue("rotation", out var value)
                && double.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var degrees))
            {
                return (int)Math.Round(degrees);
            }
        }

        return 0;
    }

    private static long? End(FFProbeStream stream, long begin)
    {
        var duration = Micros(stream.Duration);
        return duration is > 0 ? Math.Max(0, (Micros(stream.StartTime) ?? begin) - begin + duration.Value) : null;
    }

    /// <summary>The picture of an album, not a film.</summary>
    private static bool IsCover(FFProbeStream stream) =>
        stream.Disposition?.TryGetValue("attached_pic", out var attached) == true && attached != 0;

    /// <summary>Reads <c>-0:00:00.021333</c>; null when absent.</summary>
    internal static long? Micros(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var seconds = 0m;
        foreach (var part in text.TrimStart('-').Split(':'))
        {
            if (!decimal.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }

            seconds = (seconds * 60) + value;
        }

        return (long)Math.Round(seconds * 1_000_000m) * (text[0] == '-' ? -1 : 1);
    }
}
