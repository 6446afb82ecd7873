using System.Globalization;

namespace VideoExpress.Jobs.Media;

/// <summary>One run of ffmpeg as data: arguments are arrays from first to last, and every name is one that we made.</summary>
/// <param name="Purpose">What messages call the result: <c>clip 2</c>, <c>the sound</c>.</param>
/// <param name="Inputs">In ffmpeg's order.</param>
/// <param name="Options">Everything between the last input and the output: filters, maps, encoders.</param>
/// <param name="Output">Name of the file to make, inside the working folder.</param>
/// <param name="Muxer">ffmpeg's name of its format.</param>
/// <param name="MuxerOptions">Of the muxer, each as <c>key=value</c>.</param>
internal sealed record FfmpegCommand(
    string Purpose,
    IReadOnlyList<FfmpegInput> Inputs,
    IReadOnlyList<string> Options,
    string Output,
    string Muxer,
    IReadOnlyList<string> MuxerOptions);

/// <summary>An input of ffmpeg.</summary>
/// <param name="Name">A name in the working folder, or <see cref="Silence"/>'s source.</param>
/// <param name="Options">Everything before its <c>-i</c>.</param>
internal sealed record FfmpegInput(string Name, IReadOnlyList<string> Options)
{
    /// <summary>Endless silence in the film's sound format.</summary>
    public static readonly FfmpegInput Silence = new("anullsrc=r=48000:cl=stereo", ["-f", "lavfi"]);

    private static readonly string MaxPixels = MediaProbe.MaxPixels.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// A file in the working folder, opened by the given demuxer and over no protocol but <c>file</c>; no picture in it may be larger than
    /// <see cref="MediaProbe.MaxPixels"/>.
    /// </summary>
    public static FfmpegInput File(string name, string demuxer, params IEnumerable<string> options) =>
        new(name, ["-protocol_whitelist", "file", "-max_pixels", MaxPixels, "-f", demuxer, .. options]);
}
