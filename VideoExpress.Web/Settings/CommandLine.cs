namespace VideoExpress.Web.Settings;

/// <summary>Reads <c>--Section:Key value</c> and <c>--Section:Key=value</c>.</summary>
internal static class CommandLine
{
    /// <summary>The options by name; what is no option, or has no value, adds a sentence to <paramref name="faults"/>. A later one wins.</summary>
    public static Dictionary<string, string> Parse(IReadOnlyList<string> arguments, ICollection<string> faults)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is not ['-', '-', _, ..])
            {
                faults.Add($"The command line: argument {i + 1} is not an option such as --urls http://localhost:8000.");
            }
            else if (arguments[i].Split('=', 2) is [var name, var value])
            {
                options[name[2..]] = value;
            }
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                options[arguments[i][2..]] = arguments[++i];
            }
            else
            {
                faults.Add($"The command line: {arguments[i]} has no value.");
            }
        }

        return options;
    }
}
