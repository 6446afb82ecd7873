using System.Globalization;

namespace VideoExpress.Bench.Torture;

/// <summary>What is asked for: schedules from a seed on, for so many minutes or so many of them; all of them a monkey's, or every tenth.</summary>
internal sealed record CommandLine(int Seed, TimeSpan Time, int Schedules, bool IsMonkey)
{
    /// <summary>Says what may be asked for, and returns false, when the arguments cannot be understood.</summary>
    public static bool TryParse(string[] args, out CommandLine asked)
    {
        asked = new CommandLine(Seed: 0, TimeSpan.FromMinutes(5), int.MaxValue, IsMonkey: false);
        for (var index = 0; index < args.Length; index++)
        {
            var isNumber = int.TryParse(args.ElementAtOrDefault(index + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            switch (args[index])
            {
                case "--seed" when isNumber:
                    asked = asked with { Seed = number };
                    index++;
                    break;
                case "--minutes" when isNumber:
                    asked = asked with { Time = TimeSpan.FromMinutes(number) };
                    index++;
                    break;
                case "--schedules" when isNumber:
                    asked = asked with { Schedules = number, Time = TimeSpan.MaxValue };
                    index++;
                    break;
                case "--monkey":
                    asked = asked with { IsMonkey = true };
                    break;
                default:
                    Console.Error.WriteLine($"'{args[index]}' is not understood. Usage: [--seed N] [--minutes N | --schedules N] [--monkey]");
                    return false;
            }
        }

        return true;
    }
}
