using System.Globalization;
using System.Text;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Captions as a SubRip (SRT) file. Pure.</summary>
internal static class SrtDocument
{
    /// <summary>Writes the file.</summary>
    /// <param name="captions">In frames of the film, by their beginning.</param>
    /// <param name="rate">Of the film.</param>
    public static string Write(IReadOnlyList<CaptionCue> captions, FrameRate rate)
    {
        var text = new StringBuilder();
        for (var i = 0; i < captions.Count; i++)
        {
            // An arrow at the wrong place would be read as a cue's times; players show U+2192 for it anyway.
            var words = captions[i].Text.Replace("-->", "→", StringComparison.Ordinal);
            text.Append(
                CultureInfo.InvariantCulture, $"{i + 1}\n{Time(captions[i].First, rate)} --> {Time(captions[i].End, rate)}\n{words}\n\n");
        }

        return text.ToString();
    }

    private static string Time(long frame, FrameRate rate)
    {
        var millis = (rate.MicrosAt(frame) + 500) / 1000;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{millis / 3_600_000:00}:{millis / 60_000 % 60:00}:{millis / 1000 % 60:00},{millis % 1000:000}");
    }
}
