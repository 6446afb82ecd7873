using System.Globalization;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Decides what a film is made of. Pure: the same request and facts give the same plan, without ffmpeg.</summary>
internal static class StitchPlanner
{
    /// <summary>Clips of one film.</summary>
    public const int MaxClips = 200;

    /// <summary>Captions of one film.</summary>
    public const int MaxCaptions = 2000;

    private const long MaxFilmMicros = 2 * 3600 * 1_000_000L;
    private const int MaxSourceSide = 8192;

    // An end that is beyond the clip's by less than this is meant to be its end: lengths are often written with one decimal.
    private const long EndToleranceMicros = 100_000;

    /// <summary>Makes the plan.</summary>
    /// <param name="request">What to make.</param>
    /// <param name="clips">What is in each clip's file, in the request's order.</param>
    /// <param name="voiceOver">What is in the voice-over's file, when there is one.</param>
    /// <exception cref="StitchException">It cannot be made; the message names the clip or caption.</exception>
    public static StitchPlan Plan(StitchRequest request, IReadOnlyList<MediaFacts> clips, MediaFacts? voiceOver)
    {
        Check(request, clips, voiceOver);
        var warnings = new List<string>();
        var video = clips.Select(c => c.Video!).ToList();
        var (width, height) = request.Format is { } format ? (format.Width, format.Height) : FormatChoice.Size(video);
        var rate = request.Format?.FramesPerSecond is { } asked ? FormatChoice.Asked(asked) : FormatChoice.Rate(video);
        var spans = Spans(request.Clips, clips, rate, warnings);
        var frames = spans[^1].OutEnd;

        var sources = clips.Select((facts, i) => new StitchSource(SourceName(request, i), request.Clips[i].Label, facts)).ToList();
        SoundPiece? over = null;
        if (voiceOver is not null)
        {
            over = new SoundPiece(sources.Count, 0, rate.SampleAt(frames));
            sources.Add(new StitchSource(SourceName(request, sources.Count), "the voice-over", voiceOver));
            WarnOfLongVoice(voiceOver, rate.MicrosAt(frames), warnings);
        }

        return new StitchPlan
        {
            Width = width,
            Height = height,
            Rate = rate,
            Sources = sources,
            Spans = spans,
            Sound = [.. spans.Select(s => Sound(s, clips[s.Source], rate))],
            VoiceOver = over,
            Captions = CaptionPlanner.Plan(request.Captions, rate, frames, warnings),
            Warnings = warnings,
        };
    }

    /// <summary>Name in the working folder of the file at an index: the clips in order, then the voice-over.</summary>
    public static string SourceName(StitchRequest request, int index) =>
        index < request.Clips.Count ? string.Create(CultureInfo.InvariantCulture, $"c{index}") : "voice";

    private static void Check(StitchRequest request, IReadOnlyList<MediaFacts> clips, MediaFacts? voiceOver)
    {
        if (request.Clips.Count is 0 or > MaxClips)
        {
            throw new StitchException($"A film is made of 1 to {MaxClips} clips; {request.Clips.Count} were given.");
        }

        if (request.Format is { } f && !(IsSide(f.Width) && IsSide(f.Height) && f.FramesPerSecond is null or (>= 1 and <= 60)))
        {
            throw new StitchException("A film's width and height are even numbers from 16 to 4096, its frame rate 1 to 60.");
        }

        for (var i = 0; i < clips.Count; i++)
        {
            CheckVideo(clips[i], request.Clips[i].Label);
        }

        if (voiceOver is { Audio: null })
        {
            throw new StitchException("The voice-over has no sound.");
        }
    }

    private static bool IsSide(int pixels) => pixels is >= 16 and <= 4096 && pixels % 2 == 0;

    private static void CheckVideo(MediaFacts facts, string label)
    {
        if (facts.Format.IsPicture())
        {
            throw new StitchException($"{label} is a picture, not a video.");
        }

        if (facts.Video is not { } video)
        {
            throw new StitchException($"{label} is not a video: it has sound only.");
        }

        if (video.Width > MaxSourceSide || video.Height > MaxSourceSide)
        {
            throw new StitchException($"{label} is {video.Width}x{video.Height}; up to {MaxSourceSide} pixels each way can be read.");
        }

        if (facts.DurationMicros <= 0)
        {
            throw new StitchException($"{label} has no pictures in it.");
        }
    }

    private static List<VideoSpan> Spans(
        IReadOnlyList<StitchClip> clips, IReadOnlyList<MediaFacts> facts, FrameRate rate, List<string> warnings)
    {
        var spans = new List<VideoSpan>(clips.Count);
        var micros = 0L;
        for (var i = 0; i < clips.Count; i++)
        {
            var (start, end) = Trim(clips[i], facts[i].DurationMicros, warnings);
            var first = rate.FrameAt(micros);
            micros += end - start;
            var span = new VideoSpan(i, first, rate.FrameAt(micros), start);
            spans.Add(span.Frames > 0 ? span : throw new StitchException($"{clips[i].Label} is shorter than one picture of the film."));
            if (facts[i].Video!.Hdr)
            {
                warnings.Add($"{clips[i].Label} is HDR; its colours may look pale in this film.");
            }
        }

        return micros <= MaxFilmMicros ? spans : throw new StitchException("The film would be longer than 2 hours.");
    }

    private static (long Start, long End) Trim(StitchClip clip, long duration, List<string> warnings)
    {
        if (!IsTime(clip.StartSeconds) || (clip.EndSeconds is { } given && !IsTime(given)))
        {
            throw new StitchException($"{clip.Label}: start and end are seconds from the clip's beginning, 0 or more.");
        }

        var start = Micros(clip.StartSeconds);
        var end = clip.EndSeconds is { } seconds ? Micros(seconds) : duration;
        if (clip.EndSeconds is not null && end <= start)
        {
            throw new StitchException($"{clip.Label} ends at {Seconds(end)} s, which is not after its start at {Seconds(start)} s.");
        }

        if (start >= duration)
        {
            throw new StitchException($"{clip.Label} starts at {Seconds(start)} s, but its file is only {Seconds(duration)} s long.");
        }

        if (end > duration + EndToleranceMicros)
        {
            warnings.Add($"{clip.Label} is {Seconds(duration)} s long; its end at {Seconds(end)} s was moved there.");
        }

        return (start, Math.Min(end, duration));
    }

    private static SoundPiece Sound(VideoSpan span, MediaFacts facts, FrameRate rate) =>
        new(facts.Audio is null ? null : span.Source, span.SourceMicros, rate.SampleAt(span.OutEnd) - rate.SampleAt(span.OutFirst));

    private static void WarnOfLongVoice(MediaFacts voice, long filmMicros, List<string> warnings)
    {
        if (voice.DurationMicros > filmMicros + EndToleranceMicros)
        {
            warnings.Add($"The voice-over is {Seconds(voice.DurationMicros)} s long and ends with the film at {Seconds(filmMicros)} s.");
        }
    }

    private static bool IsTime(double seconds) => double.IsFinite(seconds) && seconds is >= 0 and < 1e6;

    private static long Micros(double seconds) => (long)Math.Round(seconds * 1e6);

    private static string Seconds(long micros) => (micros / 1e6).ToString("0.###", CultureInfo.InvariantCulture);
}
