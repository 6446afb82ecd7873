using System.Globalization;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Jobs.Types;

/// <summary>RENDER: a prompt becomes a video, with captions burned in if there are any.</summary>
/// <param name="Prompt">What is to be seen.</param>
/// <param name="Duration">Seconds.</param>
/// <param name="Resolution"><c>480p</c>, <c>720p</c> or <c>1080p</c>: the shorter side.</param>
/// <param name="AspectRatio">Width to height.</param>
/// <param name="NegativePrompt">What is not to be seen.</param>
/// <param name="Seed">The same seed makes the same video; null: chosen from the prompt.</param>
/// <param name="Fps">Frames a second; null: the model's own.</param>
/// <param name="Captions">Texts with their times.</param>
public sealed record RenderJob(
    string Prompt,
    double Duration,
    string Resolution,
    string AspectRatio,
    string? NegativePrompt,
    long? Seed,
    long? Fps,
    IReadOnlyList<Caption> Captions) : JobParameters
{
    /// <summary>What <see cref="Resolution"/> means, in pixels.</summary>
    internal int ShorterSide => int.Parse(Resolution.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture);

    internal override ChainPlan Chain => Captions.Count > 0 ? ChainPlan.GpuWithStitch : ChainPlan.Gpu;

    internal override IReadOnlyList<PlannedOutput> Outputs => Captions.Count > 0
        ? [PlannedOutput.Video, PlannedOutput.Subtitles, PlannedOutput.Poster, PlannedOutput.Recipe]
        : [PlannedOutput.Video, PlannedOutput.Poster, PlannedOutput.Recipe];

    internal override IReadOnlyList<Caption> BurnedCaptions => Captions;

    internal override IReadOnlyList<WorkerOutput> WorkerOutputs => [WorkerOutput.Video];

    internal static RenderJob Read(ParameterReader reader) => new(
        Prompt: reader.RequiredText("prompt", maxLength: 2000),
        Duration: reader.Number("duration", 5, min: 1, max: 30),
        Resolution: reader.Choice("resolution", "720p", "480p", "720p", "1080p"),
        AspectRatio: reader.Choice("aspect_ratio", "16:9", "16:9", "9:16", "1:1", "4:5"),
        NegativePrompt: reader.OptionalText("negative_prompt", maxLength: 2000),
        Seed: reader.OptionalInteger("seed", 0, uint.MaxValue),
        Fps: reader.OptionalInteger("fps", 8, 60),
        Captions: CaptionFields.Read(reader));
}
