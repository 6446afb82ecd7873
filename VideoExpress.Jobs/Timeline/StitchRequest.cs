namespace VideoExpress.Jobs.Timeline;

/// <summary>A film to be made of local files: its clips one after another, captions burned in.</summary>
/// <param name="Clips">1 to 200, in order.</param>
/// <param name="Captions">In any order; they may overlap, then they stack.</param>
/// <param name="VoiceOverPath">Sound laid over the film from its beginning, the clips' own sound lowered under it; null for none.</param>
/// <param name="Format">Size and rate of the film; null to follow the clips, see <see cref="StitchFormat"/>.</param>
public sealed record StitchRequest(
    IReadOnlyList<StitchClip> Clips, IReadOnlyList<Caption> Captions, string? VoiceOverPath = null, StitchFormat? Format = null);

/// <summary>A piece of a local video file.</summary>
/// <param name="Path">The file, under any name.</param>
/// <param name="StartSeconds">Where the piece begins in it, 0 or more.</param>
/// <param name="EndSeconds">
/// Where it ends, after <paramref name="StartSeconds"/>; null for the end of the file. Beyond the end counts as the end, with a
/// warning.
/// </param>
/// <param name="Label">What messages call the clip: <c>clip 2</c>.</param>
public sealed record StitchClip(string Path, double StartSeconds, double? EndSeconds, string Label);

/// <summary>Words shown over the picture.</summary>
/// <param name="Text">Up to 500 characters and any number of lines; shown letter for letter, never obeyed.</param>
/// <param name="Start">Seconds from the film's beginning.</param>
/// <param name="End">Seconds from the film's beginning; after <paramref name="Start"/>.</param>
public sealed record Caption(string Text, double Start, double End);

/// <summary>
/// Size and rate of a film. When a request does not give it, the film has the shape of its first clip, in the size of the
/// largest clip of that shape (at most 3840 pixels long), and the rate of the fastest clip: exactly, if all clips agree or it
/// is one of the usual rates (23.976, 24, 25, 29.97, 30, 48, 50, 59.94, 60), else the nearest of 24, 25, 30, 50, 60.
/// </summary>
/// <param name="Width">Pixels, even, 16 to 4096.</param>
/// <param name="Height">Pixels, even, 16 to 4096.</param>
/// <param name="FramesPerSecond">1 to 60; 23.976, 29.97 and 59.94 mean the exact television rates. Null: follow the clips.</param>
public sealed record StitchFormat(int Width, int Height, double? FramesPerSecond = null);
