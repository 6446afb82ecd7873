using System.Runtime.CompilerServices;
using VideoExpress.Jobs.Timeline;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>Fonts of captions, as fontconfig, which ffmpeg asks, finds them.</summary>
internal static class FontsCheck
{
    private static readonly (string Pattern, string Signs, string Package)[] Fallbacks =
    [
        (":lang=zh", "Chinese, Japanese and Korean", "fonts-noto-cjk"),
        (":lang=ar", "Arabic", "fonts-noto-core"),
        (":lang=und-zsye", "emoji", "fonts-noto-color-emoji"),
    ];

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await Tool.AskAsync("fc-match", ["-f", "%{family[0]}", CaptionStyle.Font], cancellationToken) is not (0, var family))
        {
            yield return Finding.Warn("fc-match is missing, so the fonts of captions cannot be told (apt-get install fontconfig).");
            yield break;
        }

        yield return family == CaptionStyle.Font
            ? Finding.Ok($"captions are drawn in {family}")
            : Finding.Warn($"captions are drawn in {family}, since {CaptionStyle.Font} is missing (apt-get install fonts-inter).");
        foreach (var (pattern, signs, package) in Fallbacks)
        {
            if (await Tool.AskAsync("fc-list", [pattern, "family"], cancellationToken) is not (0, { Length: > 0 }))
            {
                yield return Finding.Warn($"no font has the signs of {signs}: captions show boxes for them (apt-get install {package}).");
            }
        }
    }
}
