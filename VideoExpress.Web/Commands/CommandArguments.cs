using VideoExpress.Jobs.Types;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands;

/// <summary>What follows a command's name, sorted: its own parameters and options, and the server's settings.</summary>
/// <param name="Values">What is no option.</param>
/// <param name="Options">The command's own options, by name without dashes; a flag has an empty value.</param>
/// <param name="Settings">All other options, as they were written.</param>
internal sealed record CommandArguments(
    IReadOnlyList<string> Values, IReadOnlyDictionary<string, string> Options, IReadOnlyList<string> Settings)
{
    /// <summary>Sorts; what the command does not take adds a sentence to <paramref name="faults"/>.</summary>
    public static CommandArguments Read(Command command, IReadOnlyList<string> arguments, ICollection<string> faults)
    {
        // An option that is written with a value takes one, a flag none.
        var own = command.Options.Select(option => option[2..].Split(' '))
            .ToDictionary(words => words[0], words => words.Length > 1, StringComparer.OrdinalIgnoreCase);
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        List<string> values = [];
        List<string> settings = [];
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                values.Add(arguments[i]);
                continue;
            }

            var (name, value) = (arguments[i][2..], (string?)null);
            if (name.Split('=', 2) is [var before, var after])
            {
                (name, value) = (before, after);
            }
            else if (own.GetValueOrDefault(name, true) && i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = arguments[++i];
            }

            if (!own.TryGetValue(name, out var takesValue))
            {
                settings.Add(value is null ? $"--{name}" : $"--{name}={value}");
                if (Meant(name, own.Keys) is { } meant)
                {
                    faults.Add($"The command line: there is no option --{name}; did you mean --{meant}?");
                }
            }
            else if (takesValue == string.IsNullOrEmpty(value))
            {
                faults.Add($"The command line: --{name} {(takesValue ? "has no value" : "takes no value")}.");
            }
            else
            {
                options[name] = value ?? "";
            }
        }

        if (values.Count != command.Parameters.Count)
        {
            faults.Add($"It is called like this: {command.Usage}");
        }

        return new CommandArguments(values, options, settings);
    }

    /// <summary>The own option that was meant by a name which is no setting either; null when a setting is nearer, or nothing near.</summary>
    private static string? Meant(string name, IReadOnlyCollection<string> own)
    {
        string[] settings = [.. KnownSettings.ByName.Keys, .. SettingAliases.All.Keys];
        var meant = NearestName.Meant(name, [.. own, .. settings]);
        return own.Contains(meant) && !settings.Contains(name.Replace("__", ":", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase) ? meant : null;
    }
}
