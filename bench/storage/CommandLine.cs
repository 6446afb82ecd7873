using System.Globalization;

namespace VideoExpress.Bench.Storage;

/// <summary>What is asked for: some measures or all, in so many rounds of so many jobs; or the soak.</summary>
internal sealed record CommandLine(HashSet<string> Measures, int Rounds, int Jobs, int? SoakJobs)
{
    /// <summary>Says what may be asked for, and returns false, when the arguments cannot be understood.</summary>
    public static bool TryParse(string[] args, string[] names, out CommandLine asked)
    {
        asked = new CommandLine([], Rounds: 3, Jobs: 10_000, SoakJobs: null);
        for (var index = 0; index < args.Length; index++)
        {
            var next = index + 1 < args.Length ? args[index + 1] : "";
            if (names.Contains(args[index]))
            {
                asked.Measures.Add(args[index]);
            }
            else if (args[index] == "soak")
            {
                var given = IsCount(next, out var jobs);
                asked = asked with { SoakJobs = given ? jobs : 1_000_000 };
                index += given ? 1 : 0;
            }
            else if (args[index] is "--rounds" or "--jobs" && IsCount(next, out var number))
            {
                asked = args[index] == "--rounds" ? asked with { Rounds = number } : asked with { Jobs = number };
                index++;
            }
            else
            {
                Console.Error.WriteLine(
                    $"'{args[index]}' is not understood. Usage: [{string.Join(' ', names)}] [--rounds N] [--jobs N] | soak [JOBS]");
                return false;
            }
        }

        asked.Measures.UnionWith(asked.Measures.Count == 0 ? names : []);
        return true;
    }

    private static bool IsCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
