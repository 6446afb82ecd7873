using System.Globalization;
using System.Text;

namespace VideoExpress.Jobs.Timeline;

/// <summary>The list by which ffmpeg's concat demuxer joins the spans, exact to the frame. Pure.</summary>
internal static class ConcatList
{
    /// <summary>Name of a span's file.</summary>
    public static string Name(int span) => string.Create(CultureInfo.InvariantCulture, $"s{span}.mp4");

    /// <summary>Writes the list.</summary>
    public static string Write(StitchPlan plan)
    {
        var list = new StringBuilder("ffconcat version 1.0\n");
        for (var i = 0; i < plan.Spans.Count; i++)
        {
            // The in-point keeps the demuxer from guessing where a span begins; the length is the difference of absolute times,
            // so that rounding does not add up.
            var length = plan.Rate.MicrosAt(plan.Spans[i].OutEnd) - plan.Rate.MicrosAt(plan.Spans[i].OutFirst);
            list.Append(CultureInfo.InvariantCulture, $"file {Name(i)}\ninpoint 0us\nduration {length}us\n");
        }

        return list.ToString();
    }
}
