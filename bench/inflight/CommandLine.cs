using System.Globalization;

namespace VideoExpress.Bench.Inflight;

/// <summary>What is asked for: so many jobs, so many polls a second at most.</summary>
internal sealed record CommandLine(int Jobs, int Rate)
{
    /// <summary>How long it takes to look at each job once.</summary>
    public TimeSpan FairInterval => TimeSpan.FromSeconds((double)Jobs / Rate);

    /// <summary>Says what may be asked for, and returns false, when the arguments cannot be understood.</summary>
    public static bool TryParse(string[] args, out CommandLine asked)
    {
        asked = new CommandLine(Jobs: 10_000, Rate: 100);
        for (var index = 0; index < args.Length; index += 2)
        {
            if (!int.TryParse(args.ElementAtOrDefault(index + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            {
                return Refuse(args[index]);
            }

            switch (args[index])
            {
                case "--jobs":
                    asked = asked with { Jobs = number };
                    break;
                case "--rate":
                    asked = asked with { Rate = number };
                    break;
                default:
                    return Refuse(args[index]);
            }
        }

        return true;
    }

    private static bool Refuse(string argument)
    {
        Console.Error.WriteLine($"'{argument}' is not understood. Usage: [--jobs N] [--rate POLLS-A-SECOND]");
        return false;
    }
}
