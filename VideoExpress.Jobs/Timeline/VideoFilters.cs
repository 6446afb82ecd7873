using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>The filters that make a clip's pictures the film's. Pure.</summary>
internal static class VideoFilters
{
    // Players take unlabelled pictures of these sizes and more for BT.709, smaller ones for BT.601.
    private const int HdWidth = 1280;
    private const int HdHeight = 720;

    /// <summary>The chain from a clip to exactly the span's frames, numbered from 0.</summary>
    /// <param name="plan">The film.</param>
    /// <param name="span">The span.</param>
    /// <param name="offsetMicros">Where the span begins in the opened input.</param>
    /// <param name="captions">Name of its captions, if any.</param>
    public static string Span(StitchPlan plan, VideoSpan span, long offsetMicros, string? captions)
    {
        var video = plan.Sources[span.Source].Facts.Video!;

        // start_time puts the grid of frames on the cut: frame k shows what the clip shows k frames after it.
        var rate = $"fps={plan.Rate}:start_time={FfmpegArguments.Seconds(offsetMicros)}:round=near";
        var size = Fit(plan, video);

        // Lowering the rate first saves scaling pictures that are thrown away; raising it first would scale some twice.
        var lowers = video.Rate is { } own && own.PerSecond > plan.Rate.PerSecond;
        string[] order = lowers ? [rate, size] : [size, rate];

        string[] chain =
        [
            .. order,
            Invariant($"tpad=stop_mode=clone:stop={Spare(plan.Rate, video)}"),
            Invariant($"trim=end_frame={span.Frames}"),
            Invariant($"settb={plan.Rate.Denominator}/{plan.Rate.Numerator}"),
            "setpts=N",
            .. captions is null ? (string[])[] : [$"ass={captions}"],
        ];
        return Invariant($"[0:{video.StreamIndex}]{string.Join(',', chain)}");
    }

    /// <summary>Scales to fit, pads the rest with black: square pixels, 8 bits, BT.709 in TV range.</summary>
    private static string Fit(StitchPlan plan, VideoFacts video)
    {
        var scale = Math.Min((double)plan.Width / video.Width, (double)plan.Height / video.Height);
        var width = Even(video.Width * scale, plan.Width);
        var height = Even(video.Height * scale, plan.Height);
        var matrix = video.ColorSpace is null ? $":in_color_matrix={(IsHd(video) ? "bt709" : "bt601")}" : "";
        var pad = width == plan.Width && height == plan.Height
            ? ""
            : Invariant($",pad={plan.Width}:{plan.Height}:{(plan.Width - width) / 4 * 2}:{(plan.Height - height) / 4 * 2}");
        return Invariant($"scale={width}:{height}{matrix}:out_color_matrix=bt709:out_range=tv:flags=bicubic{pad},setsar=1,format=yuv420p");
    }

    /// <summary>
    /// Last pictures that may be repeated at a clip's end, where its length is not a whole number of the film's frames. More
    /// would hide that a file is cut off.
    /// </summary>
    private static long Spare(FrameRate rate, VideoFacts video)
    {
        var half = (long)Math.Ceiling(rate.PerSecond / 2);
        return video.Rate is { } own ? Math.Max(half, (long)Math.Ceiling(2 * rate.PerSecond / own.PerSecond)) : half;
    }

    private static bool IsHd(VideoFacts video) => video.Width >= HdWidth || video.Height >= HdHeight;

    private static int Even(double pixels, int limit) => Math.Clamp((int)Math.Round(pixels / 2) * 2, 2, limit);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
