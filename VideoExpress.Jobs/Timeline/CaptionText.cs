using System.Globalization;
using System.Text;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Makes a user's words fit for a caption: cleaned, broken into lines where nothing else would, and inert. Pure.</summary>
internal static class CaptionText
{
    // Breaks a backslash from what follows without showing; libass knows no escape for a backslash.
    private const char WordJoiner = '\u2060';

    // Widths in ems of the caption's font. East Asian signs and pictures are square, but their fonts are drawn smaller for the
    // same height of a line; the rest of a text is about half as wide, capitals and all.
    private const double Wide = 0.85;
    private const double Narrow = 0.56;

    // A line may not begin with the first (and small kana), nor end with the second.
    private const string Closing = "、。，．・：；？！）」』】〕〉》”’ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?:;)]}…";
    private const string Opening = "（「『【〔〈《“‘([{";

    /// <summary>Line breaks become LF, tabs spaces, other control characters nothing; empty lines and outer spaces go.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.Replace("\r\n", "\n", StringComparison.Ordinal).EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '\n' or '\r' or 0x0B or 0x0C or 0x85 or 0x2028 or 0x2029:
                    clean.Append('\n');
                    break;
                case '\t':
                    clean.Append(' ');
                    break;
                default:
                    if (!Rune.IsControl(rune))
                    {
                        clean.Append(rune.ToString());
                    }

                    break;
            }
        }

        return string.Join('\n', clean.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    /// <summary>
    /// Breaks lines that libass would not: scripts without spaces, and words longer than a line. Lines of words are left to
    /// libass, which knows their true width.
    /// </summary>
    /// <param name="text">Cleaned.</param>
    /// <param name="ems">Width of a line, in ems.</param>
    public static string Wrap(string text, double ems) =>
        string.Join('\n', text.Split('\n').Select(line => NeedsUs(line, ems) ? WrapLine(line, ems) : line));

    /// <summary>Without what libass would draw as an empty box: the skin tones of emoji, and the wish for their coloured form.</summary>
    public static string Drawable(string text)
    {
        var drawable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is not (0xFE0F or (>= 0x1F3FB and <= 0x1F3FF)))
            {
                drawable.Append(rune.ToString());
            }
        }

        return drawable.ToString();
    }

    /// <summary>The text as the last field of an ASS event: shown letter for letter.</summary>
    public static string Inert(string text) => text
        .Replace("\\", $"\\{WordJoiner}", StringComparison.Ordinal)
        .Replace("{", "\\{", StringComparison.Ordinal)
        .Replace("}", "\\}", StringComparison.Ordinal)
        .Replace("\n", "\\N", StringComparison.Ordinal);

    private static bool NeedsUs(string line, double ems) => line.Split(' ').Any(word => Width(word) > ems);

    private static string WrapLine(string line, double ems)
    {
        // Lines of about equal length read better than a full one and an orphan.
        var target = Math.Min(ems, (Width(line) / Math.Ceiling(Width(line) / ems)) + Wide);
        var lines = new List<string>();
        var current = "";
        foreach (var atom in Atoms(line, ems))
        {
            if (current.Length > 0 && Width(current + atom.TrimEnd()) > target)
            {
                lines.Add(current.Trim());
                current = "";
            }

            current += atom;
        }

        lines.Add(current.Trim());
        return string.Join('\n', lines.Where(l => l.Length > 0));
    }

    /// <summary>The pieces between which a line may be broken.</summary>
    private static IEnumerable<string> Atoms(string line, double ems)
    {
        var atom = "";
        var last = "";
        foreach (var element in Elements(line))
        {
            var mayBreak = last.Length > 0
                && (last == " " || BreaksBeside(last) || BreaksBeside(element) || Width(atom) + Width(element) > ems)
                && element != " "
                && !Closing.Contains(element, StringComparison.Ordinal)
                && !Opening.Contains(last, StringComparison.Ordinal);
            if (mayBreak)
            {
                yield return atom;
                atom = "";
            }

            atom += element;
            last = element;
        }

        yield return atom;
    }

    private static IEnumerable<string> Elements(string text)
    {
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            yield return elements.GetTextElement();
        }
    }

    private static double Width(string text) => Elements(text).Sum(e => IsWide(e) ? Wide : Narrow);

    // Korean is as wide, but has spaces.
    private static bool BreaksBeside(string element) => IsWide(element) && Rune.GetRuneAt(element, 0).Value is < 0xAC00 or > 0xD7A3;

    private static bool IsWide(string element) => element.Length > 0 && Rune.GetRuneAt(element, 0).Value is
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE30 and <= 0xFE4F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F000 and <= 0x1FAFF)
        or (>= 0x20000 and <= 0x3FFFD);
}
