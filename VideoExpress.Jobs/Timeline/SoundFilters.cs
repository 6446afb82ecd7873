using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>The filters that make the film's sound of its pieces. Pure.</summary>
internal static class SoundFilters
{
    // Under a voice-over the clips' own sound is lowered by 9 dB, which also keeps the sum from clipping.
    private const string UnderVoice = "volume=0.35";

    private const string FilmFormat = "aformat=sample_fmts=fltp:channel_layouts=stereo";

    /// <summary>The graph from the inputs, one a piece, the voice-over last, to <c>[a]</c>.</summary>
    /// <param name="plan">The film.</param>
    /// <param name="pieces">The film's sound and the voice-over.</param>
    /// <param name="offsetMicros">Where a piece that is no silence begins in its opened input.</param>
    public static string Film(StitchPlan plan, IReadOnlyList<SoundPiece> pieces, Func<SoundPiece, long> offsetMicros)
    {
        var chains = pieces.Select((piece, i) => Piece(plan, piece, i, piece.Source is null ? 0 : offsetMicros(piece))).ToList();
        var film = string.Concat(plan.Sound.Select((_, i) => FormattableString.Invariant($"[a{i}]")));
        var join = FormattableString.Invariant($"{film}concat=n={plan.Sound.Count}:v=0:a=1");
        chains.Add(plan.VoiceOver is null
            ? $"{join}[a]"
            : $"{join},{UnderVoice}[under];[under]"
                + FormattableString.Invariant($"[a{plan.Sound.Count}]amix=inputs=2:duration=first:normalize=0[a]"));
        return string.Join(';', chains);
    }

    /// <summary>
    /// Without padding and trimming to the picture's length, the few milliseconds by which AAC is longer than its picture move
    /// all later clips.
    /// </summary>
    private static string Piece(StitchPlan plan, SoundPiece piece, int input, long offsetMicros)
    {
        if (piece.Source is not { } source)
        {
            return FormattableString.Invariant($"[{input}:a]{FilmFormat},atrim=end_sample={piece.Samples}[a{input}]");
        }

        var first = FrameRate.SampleRate * offsetMicros / 1_000_000;
        return FormattableString.Invariant($"[{input}:{plan.Sources[source].Facts.Audio!.StreamIndex}]")
            + $"aresample=48000:async=1:first_pts=0,{FilmFormat},"
            + FormattableString.Invariant($"atrim=start_sample={first},asetpts=PTS-STARTPTS,")
            + FormattableString.Invariant($"apad=whole_len={piece.Samples},atrim=end_sample={piece.Samples}[a{input}]");
    }
}
