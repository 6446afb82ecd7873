using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>
/// A film in integers: frames for the picture, samples for the sound, each boundary rounded once from its absolute time.
/// The spans tile [0, <see cref="Frames"/>) and the pieces of sound tile [0, <see cref="Samples"/>), without gap or overlap.
/// </summary>
internal sealed record StitchPlan
{
    /// <summary>Pixels, even.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels, even.</summary>
    public required int Height { get; init; }

    /// <summary>The film's constant rate.</summary>
    public required FrameRate Rate { get; init; }

    /// <summary>The files that the film is made of; spans and pieces of sound name them by index.</summary>
    public required IReadOnlyList<StitchSource> Sources { get; init; }

    /// <summary>The picture, in order.</summary>
    public required IReadOnlyList<VideoSpan> Spans { get; init; }

    /// <summary>The sound, in order.</summary>
    public required IReadOnlyList<SoundPiece> Sound { get; init; }

    /// <summary>Sound over the whole film; null for none.</summary>
    public required SoundPiece? VoiceOver { get; init; }

    /// <summary>Captions within the film, by their beginning.</summary>
    public required IReadOnlyList<CaptionCue> Captions { get; init; }

    /// <summary>Sentences for the creator.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Frames of the film.</summary>
    public long Frames => Spans[^1].OutEnd;

    /// <summary>Samples of the film's sound.</summary>
    public long Samples => Rate.SampleAt(Frames);

    /// <summary>
    /// The captions over a span, in frames counted from its beginning; one that crosses a cut is in both spans. So the same words
    /// over the same pictures make the same span, wherever in the film it stands.
    /// </summary>
    public IReadOnlyList<CaptionCue> CaptionsOver(VideoSpan span) =>
    [
        .. Captions
            .Where(c => c.First < span.OutEnd && c.End > span.OutFirst)
            .Select(c => c with
            {
                First = Math.Max(c.First, span.OutFirst) - span.OutFirst,
                End = Math.Min(c.End, span.OutEnd) - span.OutFirst,
            }),
    ];
}

/// <summary>A file of the film.</summary>
/// <param name="Name">Its name in the working folder, ours.</param>
/// <param name="Label">What messages call it.</param>
/// <param name="Facts">What is in it.</param>
internal sealed record StitchSource(string Name, string Label, MediaFacts Facts);

/// <summary>Frames of the film that are made in one piece.</summary>
/// <param name="Source">Index of the file.</param>
/// <param name="OutFirst">First frame in the film.</param>
/// <param name="OutEnd">The frame after the last.</param>
/// <param name="SourceMicros">Where the first frame is in the file, in microseconds from its beginning.</param>
internal sealed record VideoSpan(int Source, long OutFirst, long OutEnd, long SourceMicros)
{
    /// <summary>Its length.</summary>
    public long Frames => OutEnd - OutFirst;
}

/// <summary>A piece of sound of exact length; what the file lacks is silence.</summary>
/// <param name="Source">Index of the file; null for silence.</param>
/// <param name="SourceMicros">Where it begins in the file, in microseconds.</param>
/// <param name="Samples">Its length at 48 kHz.</param>
internal sealed record SoundPiece(int? Source, long SourceMicros, long Samples);

/// <summary>A caption in frames.</summary>
/// <param name="Text">Cleaned, lines divided by LF.</param>
/// <param name="First">First frame that shows it.</param>
/// <param name="End">The frame after the last.</param>
internal sealed record CaptionCue(string Text, long First, long End);
