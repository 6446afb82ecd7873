using System.Text;
using System.Text.RegularExpressions;

namespace VideoExpress.Web.Settings;

/// <summary>
/// Reads a <c>.env</c> file: <c>KEY=value</c> a line, optionally after <c>export</c>; <c>#</c> begins a comment at the start of a
/// line or after a space; '…' is taken as it stands, "…" knows \n \r \t \" \\ and \$; nothing is expanded. A later line wins.
/// </summary>
internal static partial class DotEnvFile
{
    /// <summary>The variables in <paramref name="text"/>; a line that cannot be read adds a sentence with its number to <paramref name="faults"/>.</summary>
    public static Dictionary<string, string> Parse(string text, ICollection<string> faults)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        foreach (var (index, line) in lines.Index())
        {
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#'))
            {
                continue;
            }

            var assignment = Assignment().Match(line);
            if (assignment.Success && Value(assignment.Groups["value"].Value) is { } value)
            {
                variables[assignment.Groups["key"].Value] = value;
            }
            else
            {
                // The line itself may hold a secret.
                faults.Add($".env: line {index + 1} is not of the form KEY=value, with quotes closed on the same line.");
            }
        }

        return variables;
    }

    private static string? Value(string text) => text.Trim() switch
    {
        ['\'', ..] quoted => SingleQuoted().Match(quoted) is { Success: true } match ? match.Groups[1].Value : null,
        ['"', ..] quoted => DoubleQuoted().Match(quoted) is { Success: true } match ? Unescape(match.Groups[1].Value) : null,
        _ => Comment().Replace(text, "").Trim(),
    };

    private static string Unescape(string text)
    {
        var value = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var escaped = text[i] == '\\' && i + 1 < text.Length;
            value.Append(!escaped ? text[i] : text[++i] switch
            {
                'n' => "\n",
                'r' => "\r",
                't' => "\t",
                '"' or '\\' or '$' => text[i],
                var other => $"\\{other}",
            });
        }

        return value.ToString();
    }

    [GeneratedRegex(@"\A\s*(?:export\s+)?(?<key>[A-Za-z_][A-Za-z0-9_:.]*)\s*=(?<value>.*)\z")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\A'([^']*)'\s*(?:#.*)?\z")]
    private static partial Regex SingleQuoted();

    [GeneratedRegex("""\A"((?:[^"\\]|\\.)*)"\s*(?:#.*)?\z""")]
    private static partial Regex DoubleQuoted();

    [GeneratedRegex(@"\s#.*\z")]
    private static partial Regex Comment();
}
