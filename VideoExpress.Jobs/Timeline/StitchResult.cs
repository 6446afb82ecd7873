using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>A finished film and what goes with it.</summary>
/// <param name="VideoPath">MP4: H.264 4:2:0 BT.709, AAC 48 kHz stereo, index in front.</param>
/// <param name="SubtitlesPath">The captions as SubRip (SRT), UTF-8; without cues when there are none.</param>
/// <param name="PosterPath">JPEG, at most 1280 pixels wide.</param>
/// <param name="Facts">What is in <paramref name="VideoPath"/>, as ffprobe found.</param>
/// <param name="Warnings">Sentences for the creator: what was made otherwise than asked.</param>
public sealed record StitchResult(
    string VideoPath, string SubtitlesPath, string PosterPath, MediaFacts Facts, IReadOnlyList<string> Warnings);
