using System.Globalization;
using System.Text;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Captions as an Advanced SubStation file, in which users' words are only ever words. Pure.</summary>
internal static class AssDocument
{
    /// <summary>Writes the file.</summary>
    /// <param name="captions">In frames of the picture that the file is laid over.</param>
    /// <param name="rate">Of that picture.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    public static string Write(IEnumerable<CaptionCue> captions, FrameRate rate, int width, int height)
    {
        var style = CaptionStyle.For(width, height);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            [Script Info]
            ScriptType: v4.00+
            PlayResX: {width}
            PlayResY: {height}
            ScaledBorderAndShadow: yes
            WrapStyle: 0
            YCbCr Matrix: None

            [V4+ Styles]
            Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
            Style: Caption,{CaptionStyle.Font},{style.FontSize},&H00FFFFFF,&H00FFFFFF,&H20101010,&H80000000,600,0,0,0,100,100,0,0,1,{style.Outline:0.##},{style.Shadow:0.##},2,{style.SideMargin},{style.SideMargin},{style.FootMargin},-1

            [Events]
            Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text

            """);
        foreach (var caption in captions)
        {
            var (start, end) = (Time(caption.First, rate), Time(caption.End, rate));
            var words = CaptionText.Inert(CaptionText.Wrap(CaptionText.Drawable(caption.Text), style.LineEms));
            text.Append(CultureInfo.InvariantCulture, $"Dialogue: 0,{start},{end},Caption,,0,0,0,,{words}\n");
        }

        return text.ToString();
    }

    /// <summary>Half a frame early, so that rounding to the format's hundredths never moves a caption by a frame.</summary>
    private static string Time(long frame, FrameRate rate)
    {
        var half = rate.MicrosAt(1) / 2;
        var hundredths = (Math.Max(0, rate.MicrosAt(frame) - half) + 5000) / 10_000;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{hundredths / 360_000}:{hundredths / 6000 % 60:00}:{hundredths / 100 % 60:00}.{hundredths % 100:00}");
    }
}
