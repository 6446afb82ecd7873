using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Jobs.Types;

/// <summary>EXPORT: clips become one film, trimmed, joined and captioned.</summary>
/// <param name="Clips">In their order.</param>
/// <param name="Captions">Texts with their times in the finished film.</param>
public sealed record ExportJob(IReadOnlyList<ExportClip> Clips, IReadOnlyList<Caption> Captions) : JobParameters
{
    private const int MaxClips = 200;
    private const double MaxSeconds = 24 * 3600;

    internal override ChainPlan Chain => ChainPlan.Local;

    internal override IReadOnlyList<PlannedOutput> Outputs =>
        [PlannedOutput.Video, PlannedOutput.Subtitles, PlannedOutput.Poster, PlannedOutput.Recipe];

    internal override IReadOnlyList<(string Field, MediaSource Source)> Sources =>
        [.. Clips.Index().Select(clip => ($"clips[{clip.Index}].url", clip.Item.Url))];

    internal override IReadOnlyList<Caption> BurnedCaptions => Captions;

    internal static ExportJob Read(ParameterReader reader) => new(
        reader.Objects("clips", 1, MaxClips, ReadClip),
        CaptionFields.Read(reader));

    private static ExportClip ReadClip(ParameterReader reader)
    {
        var clip = new ExportClip(
            reader.RequiredSource("url")!,
            reader.Number("start", 0, 0, MaxSeconds),
            reader.OptionalNumber("end", 0, MaxSeconds));
        if (clip.End <= clip.Start)
        {
            reader.Fail("end", "must be after start.");
        }

        return clip;
    }
}

/// <summary>A piece of a source.</summary>
/// <param name="Url">Where it comes from.</param>
/// <param name="Start">Seconds into the source.</param>
/// <param name="End">Seconds into the source; null: to its end.</param>
public sealed record ExportClip(MediaSource Url, double Start, double? End);
