using System.Text.RegularExpressions;
using FFMpegCore;

namespace VideoExpress.Jobs.Media;

/// <summary>
/// The only place where argument arrays become FFMpegCore's one string. FFMpegCore escapes nothing, so a quote or a backslash
/// is refused here rather than escaped: our arguments need neither.
/// </summary>
internal static partial class FfmpegText
{
    // Nothing of the sources' metadata or of ffmpeg's version gets into a file. Tee does not ask for global headers by itself.
    private static readonly string[] Closing =
        ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags", "+global_header+bitexact", "-f", "tee"];

    private static readonly string[] Empty = ["Conversion failed!", "Invalid argument"];

    /// <summary>Name of the file while it is being made.</summary>
    public static string Part(string output) => $"part-{output}";

    /// <summary>
    /// Renders a command. The output goes through the tee muxer, whose second branch writes a line for each packet to our pipe:
    /// exact progress, and a lifeline. When our process dies the pipe breaks, and ffmpeg ends with the next packet.
    /// </summary>
    public static FFMpegArgumentProcessor Render(FfmpegCommand command)
    {
        var arguments = Input(FFMpegArguments.FromFileInput, command.Inputs[0]);
        foreach (var input in command.Inputs.Skip(1))
        {
            arguments = Input(arguments.AddFileInput, input);
        }

        var muxer = string.Join(':', [$"f={command.Muxer}", "onfail=abort", .. command.MuxerOptions]);
        var target = Checked($"[{muxer}]{Part(OwnName(command.Output))}|[f=framecrc:onfail=abort:flush_packets=1]pipe:1");
        return arguments.OutputToFile(
            target,
            overwrite: true,
            o => o.WithCustomArgument(Join(["-nostdin", "-v", "error", .. command.Options, .. Closing])));
    }

    /// <summary>Returns a name that is ours: letters, digits, dot, dash and underscore, beginning with a letter or digit.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static string OwnName(string name) =>
        OwnNames().IsMatch(name) ? name : throw new ArgumentException("A file given to ffmpeg must bear a name of ours.", nameof(name));

    /// <summary>The last line of stderr that says something, without ffmpeg's addresses and our file names.</summary>
    public static string UsefulLine(IEnumerable<string> standardError)
    {
        var line = standardError.LastOrDefault(l => !string.IsNullOrWhiteSpace(l) && !Empty.Contains(l.Trim())) ?? "ffmpeg gave no reason";
        return Origin().Replace(line, "").Trim().TrimEnd('.');
    }

    private static FFMpegArguments Input(
        Func<string, bool, Action<FFMpegInputOptions>?, FFMpegArguments> add, FfmpegInput input) =>
        add(
            ReferenceEquals(input, FfmpegInput.Silence) ? input.Name : OwnName(input.Name),
            false,
            o => o.WithCustomArgument(Join(input.Options)));

    private static string Join(IEnumerable<string> arguments) =>
        string.Join(' ', arguments.Select(a => Plain().IsMatch(a) ? a : $"\"{Checked(a)}\""));

    private static string Checked(string argument) =>
        argument.AsSpan().ContainsAny("\"\\\n\r")
            ? throw new ArgumentException("An argument of ffmpeg holds a quote, a backslash or a line break.", nameof(argument))
            : argument;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z")]
    private static partial Regex OwnNames();

    [GeneratedRegex(@"\A[A-Za-z0-9_.:/=,+-]+\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A(\[[^\]]* @ 0x[0-9a-f]+\]\s*)*([a-z][a-z0-9.-]*: (?=[A-Z]))?")]
    private static partial Regex Origin();
}
