using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Jobs.Types;

/// <summary>The field <c>captions</c>, the same in every job type that has it.</summary>
internal static class CaptionFields
{
    private const int MaxCaptions = 2000;
    private const double MaxSeconds = 24 * 3600;

    public static IReadOnlyList<Caption> Read(ParameterReader reader) =>
        reader.Objects("captions", 0, MaxCaptions, item =>
        {
            var caption = new Caption(
                item.RequiredText("text", maxLength: 500),
                item.RequiredNumber("start", 0, MaxSeconds),
                item.RequiredNumber("end", 0, MaxSeconds));
            if (caption.End <= caption.Start)
            {
                item.Fail("end", "must be after start.");
            }

            return caption;
        });
}
