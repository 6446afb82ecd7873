using System.Globalization;
using System.Text;

namespace VideoExpress.Jobs.Assets;

/// <summary>Makes a display name of whatever a client calls its file. The result is never used as a path.</summary>
public static class AssetName
{
    /// <summary>Longest name, in UTF-16 characters.</summary>
    public const int MaxLength = 255;

    /// <summary>
    /// The last part of a path, without control characters, invisible marks of text direction, halves of surrogate pairs and
    /// Unicode's noncharacters, in normal form C, cut to <see cref="MaxLength"/>; null when nothing is left to show.
    /// </summary>
    public static string? Clean(string? given)
    {
        var last = (given ?? "").Split('/', '\\').LastOrDefault(part => part.Trim() is not ("" or "." or ".."));
        var shown = new StringBuilder();
        foreach (var rune in (last ?? "").EnumerateRunes())
        {
            if (rune != Rune.ReplacementChar && !IsHidden(rune) && !IsNoncharacter(rune))
            {
                shown.Append(rune);
            }
        }

        var name = Cut(shown.ToString().Normalize(NormalizationForm.FormC).Trim());
        return name is "" or "." or ".." ? null : name;
    }

    /// <summary>The name to save a file under: with <paramref name="extension"/> when it bears none.</summary>
    public static string ForSaving(string name, string extension)
    {
        var own = Path.GetExtension(name);
        return own.Length is >= 2 and <= 6 && own.Skip(1).All(char.IsAsciiLetterOrDigit) ? name : $"{name}.{extension}";
    }

    // Marks of direction can make "exe.mp4" of "4pm.exe"; joiners are left, since emoji and some scripts need them.
    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
        _ => false,
    };

    // The last two of each plane, and 32 more (Unicode 23.7); normalising text with one of them fails.
    private static bool IsNoncharacter(Rune rune) => (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;

    private static string Cut(string name)
    {
        if (name.Length <= MaxLength)
        {
            return name;
        }

        var length = 0;
        foreach (var part in StringInfo.GetTextElementEnumerator(name).Elements())
        {
            if (length + part.Length > MaxLength)
            {
                break;
            }

            length += part.Length;
        }

        return name[..length];
    }

    private static IEnumerable<string> Elements(this TextElementEnumerator text)
    {
        while (text.MoveNext())
        {
            yield return text.GetTextElement();
        }
    }
}
