using VideoExpress.Web.Hosting.Logging;

namespace VideoExpress.Web.Commands;

/// <summary>What a command says: lines for a person, without secrets.</summary>
/// <param name="lines">Where they go.</param>
/// <param name="inColor">Whether words may be coloured by ANSI sequences.</param>
internal sealed class CommandOutput(TextWriter lines, bool inColor)
{
    /// <summary>ANSI's green.</summary>
    public const string Green = "32";

    /// <summary>ANSI's yellow.</summary>
    public const string Yellow = "33";

    /// <summary>ANSI's red, bold.</summary>
    public const string Red = "31;1";

    /// <summary>What no line may show.</summary>
    public Secrets Secrets { get; set; } = new();

    /// <summary>Writes a line.</summary>
    public void Line(string text) => lines.WriteLine(Secrets.HideIn(text));

    /// <summary>Colours a word where that is wanted.</summary>
    public string Paint(string text, string color) => inColor ? $"\e[{color}m{text}\e[0m" : text;
}
