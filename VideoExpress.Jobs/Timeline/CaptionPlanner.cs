using System.Globalization;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Puts captions on the film's frames. Pure.</summary>
internal static class CaptionPlanner
{
    /// <summary>Characters of one caption: three full lines and more.</summary>
    public const int MaxLength = 500;

    private const double LastSecond = 1e6;

    /// <summary>The captions that the film shows, cleaned and by their beginning.</summary>
    /// <exception cref="StitchException">A caption is too long, or ends before it starts.</exception>
    public static IReadOnlyList<CaptionCue> Plan(IReadOnlyList<Caption> captions, FrameRate rate, long frames, List<string> warnings)
    {
        if (captions.Count > StitchPlanner.MaxCaptions)
        {
            throw new StitchException($"A film can have {StitchPlanner.MaxCaptions} captions; {captions.Count} were given.");
        }

        var cues = captions.Select((caption, i) => Plan(caption, $"caption {i + 1}", rate, frames, warnings));
        return [.. cues.OfType<CaptionCue>().OrderBy(c => c.First)];
    }

    private static CaptionCue? Plan(Caption caption, string label, FrameRate rate, long frames, List<string> warnings)
    {
        if (caption is not { Start: >= 0 and <= LastSecond, End: > 0 and <= LastSecond } || caption.End <= caption.Start)
        {
            throw new StitchException($"{label} must start at 0 s or later and end after its start.");
        }

        var text = CaptionText.Clean(caption.Text);
        if (text.Length > MaxLength)
        {
            throw new StitchException($"{label} has {text.Length} characters; up to {MaxLength} fit on a picture.");
        }

        var first = rate.FrameAt((long)Math.Round(caption.Start * 1e6));
        var end = Math.Max(first + 1, rate.FrameAt((long)Math.Round(caption.End * 1e6)));
        if (text.Length == 0 || first >= frames)
        {
            var why = text.Length == 0 ? "has no words" : "starts after the film's end";
            warnings.Add($"{label} {why} and was left out.");
            return null;
        }

        if (end > frames)
        {
            var length = (rate.MicrosAt(frames) / 1e6).ToString("0.###", CultureInfo.InvariantCulture);
            warnings.Add($"{label} was shortened to the film's end at {length} s.");
            end = frames;
        }

        return new CaptionCue(text, first, end);
    }
}
