using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>FFmpeg: it is there, and was built with everything that films are made with.</summary>
internal static partial class FfmpegCheck
{
    private const string Install = "Install ffmpeg (apt-get install ffmpeg).";

    /// <summary>Encoders of spans, sound and posters.</summary>
    public static readonly string[] Encoders = ["libx264", "aac", "mjpeg"];

    /// <summary>Filters of the stitch, and of posters.</summary>
    public static readonly string[] Filters =
    [
        "aformat", "amix", "anullsrc", "apad", "aresample", "asetpts", "ass", "atrim", "concat", "format", "fps", "metadata", "pad", "scale",
        "setpts", "setsar", "settb", "signalstats", "tpad", "trim", "volume",
    ];

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var areThere = true;
        foreach (var program in (string[])["ffmpeg", "ffprobe"])
        {
            var words = await Tool.AskAsync(program, ["-version"], cancellationToken) is (0, var output) ? output : null;
            areThere &= words is not null;
            yield return words is not null
                ? Finding.Ok(Version().Match(words) is { Success: true } found ? found.Value : program)
                : Finding.Fail($"{program} is missing, or does not start: without it nothing is made or published. {Install}");
        }

        if (areThere)
        {
            yield return await PartsAsync("encoders", Encoders, cancellationToken);
            yield return await PartsAsync("filters", Filters, cancellationToken);
        }
    }

    /// <summary>Lines of these lists are flags, the name, and words on it.</summary>
    private static async Task<Finding> PartsAsync(string kind, string[] needed, CancellationToken cancellationToken)
    {
        if (await Tool.AskAsync("ffmpeg", ["-hide_banner", $"-{kind}"], cancellationToken) is not (0, var words))
        {
            return Finding.Fail($"ffmpeg's {kind} cannot be told. {Install}");
        }

        var known = words.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(line => line.Length > 1).Select(line => line[1]).ToHashSet(StringComparer.Ordinal);
        var missing = needed.Where(name => !known.Contains(name)).ToList();
        return missing.Count == 0
            ? Finding.Ok($"has the {needed.Length} {kind} that films are made with")
            : Finding.Fail($"ffmpeg lacks the {kind} {string.Join(", ", missing)}. Use your distribution's full build of ffmpeg.");
    }

    [GeneratedRegex(@"^\w+ version \S+")]
    private static partial Regex Version();
}
