namespace VideoExpress.Jobs.Timeline;

/// <summary>How captions look in a film of a given size: white, dark edge, soft shadow, near the foot of the picture. Pure.</summary>
/// <param name="FontSize">Height of a line, pixels.</param>
/// <param name="Outline">Width of the edge, pixels.</param>
/// <param name="Shadow">Distance of the shadow, pixels.</param>
/// <param name="SideMargin">Free at the left and right, pixels.</param>
/// <param name="FootMargin">Free below, pixels.</param>
/// <param name="LineEms">Width of a line in ems of the widest common fallback font.</param>
internal sealed record CaptionStyle(int FontSize, double Outline, double Shadow, int SideMargin, int FootMargin, double LineEms)
{
    /// <summary>
    /// The font asked of fontconfig, which takes its own default (DejaVu Sans on Debian) where it is missing, and other fonts
    /// (Noto) for signs that it lacks.
    /// </summary>
    public const string Font = "Inter";

    // A line's height in ems: libass fits a font's ascent and descent to the font size.
    private const double LineHeightEms = 1.21;

    /// <summary>The style for a film's size: by its shorter side, so that upright films are as readable as wide ones.</summary>
    public static CaptionStyle For(int width, int height)
    {
        var (shorter, upright) = (Math.Min(width, height), height > width);
        var fontSize = Math.Max(10, (int)Math.Round(shorter * 0.064));
        var side = (int)Math.Round(width * (upright ? 0.07 : 0.1));
        var foot = (int)Math.Round(height * (upright ? 0.16 : 0.065)); // upright players lay their buttons over the foot
        return new CaptionStyle(fontSize, fontSize * 0.07, fontSize * 0.03, side, foot, (width - (2 * side)) * LineHeightEms / fontSize);
    }
}
