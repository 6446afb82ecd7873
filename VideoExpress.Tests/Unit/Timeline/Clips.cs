using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Tests.Unit.Timeline;

/// <summary>Facts and requests with sane defaults.</summary>
internal static class Clips
{
    public static readonly FrameRate Fps30 = new(30, 1);

    public static MediaFacts Facts(
        double seconds = 5,
        int width = 1280,
        int height = 720,
        FrameRate? rate = null,
        bool audio = true,
        MediaFormat format = MediaFormat.Mp4) =>
        new(
            format,
            (long)Math.Round(seconds * 1e6),
            new VideoFacts { StreamIndex = 0, Codec = "h264", Width = width, Height = height, Rate = rate ?? Fps30, ColorSpace = "bt709" },
            audio ? new AudioFacts(1, "aac", 48_000, 2) : null);

    public static StitchRequest Request(params (double Start, double? End)[] clips) =>
        new([.. clips.Select((c, i) => new StitchClip($"/x/{i}", c.Start, c.End, $"clip {i + 1}"))], []);

    public static StitchPlan Plan(params MediaFacts[] clips) =>
        StitchPlanner.Plan(Request([.. clips.Select(_ => (0.0, (double?)null))]), clips, null);
}
