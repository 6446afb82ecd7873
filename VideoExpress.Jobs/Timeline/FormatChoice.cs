using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Chooses a film's size and rate by the rule of <see cref="StitchFormat"/>. Pure.</summary>
internal static class FormatChoice
{
    private const int Longest = 3840;
    private const double SameShape = 0.01;
    private const double SameRate = 0.0005;

    private static readonly FrameRate Default = new(30, 1);

    private static readonly FrameRate[] Usual =
    [
        new(24_000, 1001), new(24, 1), new(25, 1), new(30_000, 1001), new(30, 1), new(48, 1), new(50, 1), new(60_000, 1001), new(60, 1),
    ];

    private static readonly FrameRate[] Plain = [new(24, 1), new(25, 1), new(30, 1), new(50, 1), new(60, 1)];

    public static (int Width, int Height) Size(IReadOnlyList<VideoFacts> clips)
    {
        var shape = Shape(clips[0]);
        var largest = clips.Where(c => Math.Abs(Shape(c) - shape) <= SameShape * shape).MaxBy(c => (long)c.Width * c.Height)!;
        var scale = Math.Min(1, (double)Longest / Math.Max(largest.Width, largest.Height));
        return (Even(largest.Width * scale), Even(largest.Height * scale));
    }

    public static FrameRate Rate(IReadOnlyList<VideoFacts> clips)
    {
        var fastest = clips.MaxBy(c => c.Rate?.PerSecond ?? 0)!;
        if (fastest.Rate is not { } rate)
        {
            return Default;
        }

        if (!fastest.ConstantRate)
        {
            return NearestOf(Plain, rate.PerSecond);
        }

        var agreed = clips.All(c => c.ConstantRate && c.Rate == rate) && rate is { Denominator: 1 or 1001, PerSecond: >= 10 and <= 60 };
        return UsualNear(rate.PerSecond) ?? (agreed ? rate : NearestOf(Plain, rate.PerSecond));
    }

    /// <summary>The rate that is meant by a number: 29.97 is 30000/1001.</summary>
    public static FrameRate Asked(double perSecond) => UsualNear(perSecond) ?? new FrameRate((int)Math.Round(perSecond * 1000), 1000);

    private static FrameRate? UsualNear(double perSecond) =>
        Usual.FirstOrDefault(r => Math.Abs(r.PerSecond - perSecond) <= SameRate * perSecond);

    private static FrameRate NearestOf(FrameRate[] rates, double perSecond) => rates.MinBy(r => Math.Abs(r.PerSecond - perSecond))!;

    private static double Shape(VideoFacts clip) => (double)clip.Width / clip.Height;

    private static int Even(double pixels) => Math.Max(16, (int)(pixels / 2) * 2);
}
