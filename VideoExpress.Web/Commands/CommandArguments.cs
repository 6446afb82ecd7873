namespace VideoExpress.Web.Commands;

/// <summary>What follows a command's name, sorted: its own parameters and options, and the server's settings.</summary>
/// <param name="Values">What is no option.</param>
/// <param name="Options">The command's own options, by name without dashes.</param>
/// <param name="Settings">All other options, as they were written.</param>
internal sealed record CommandArguments(
    IReadOnlyList<string> Values, IReadOnlyDictionary<string, string> Options, IReadOnlyList<string> Settings)
{
    /// <summary>Sorts; what the command does not take adds a sentence to <paramref name="faults"/>.</summary>
    public static CommandArguments Read(Command command, IReadOnlyList<string> arguments, ICollection<string> faults)
    {
        var own = command.Options.Select(option => option.Split(' ')[0][2..]).ToHashSet(StringComparer.OrdinalIgnoreCase);
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
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                value = arguments[++i];
            }

            if (!own.Contains(name))
            {
                settings.Add(value is null ? $"--{name}" : $"--{name}={value}");
            }
            else if (string.IsNullOrEmpty(value))
            {
                faults.Add($"The command line: --{name} has no value.");
            }
            else
            {
                options[name] = value;
            }
        }

        if (values.Count != command.Parameters.Count)
        {
            faults.Add($"It is called like this: {command.Usage}");
        }

        return new CommandArguments(values, options, settings);
    }
}
