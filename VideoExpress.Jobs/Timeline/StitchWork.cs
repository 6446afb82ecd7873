namespace VideoExpress.Jobs.Timeline;

/// <summary>How much work a film is: shares of the progress, and limits of time that a slow machine keeps as well. Pure.</summary>
internal static class StitchWork
{
    // A machine that encodes or decodes slower than two million pixels a second (two frames of 720p) will not do.
    private const double PixelsPerSecond = 2e6;

    private static readonly TimeSpan Start = TimeSpan.FromMinutes(1);

    /// <summary>Of the whole progress, what the picture takes; the sound and the joining share the rest.</summary>
    public const double PictureShare = 0.85;

    /// <summary>Of the whole progress, what the sound takes.</summary>
    public const double SoundShare = 0.10;

    /// <summary>Longest time for a span: decoding up to it and encoding it.</summary>
    public static TimeSpan SpanLimit(StitchPlan plan, VideoSpan span)
    {
        var video = plan.Sources[span.Source].Facts.Video!;
        var seconds = (span.Frames / plan.Rate.PerSecond) + (span.SourceMicros / 1e6);
        var decoded = seconds * (video.Rate?.PerSecond ?? plan.Rate.PerSecond) * video.Width * video.Height;
        var encoded = (double)span.Frames * plan.Width * plan.Height;
        return Start + TimeSpan.FromSeconds((decoded + encoded) / PixelsPerSecond);
    }

    /// <summary>Longest time for the sound, or for joining: a machine that is slower than the film plays will not do.</summary>
    public static TimeSpan FilmLimit(StitchPlan plan)
    {
        var source = plan.Sources.Sum(s => s.Facts.DurationSeconds);
        return Start + TimeSpan.FromSeconds((plan.Frames / plan.Rate.PerSecond) + source);
    }

    /// <summary>AAC packets of the sound: 1024 samples each, and one before the first.</summary>
    public static long SoundPackets(StitchPlan plan) => ((plan.Samples + 1023) / 1024) + 1;
}
