using System.Globalization;

namespace VideoExpress.Bench.Store;

/// <summary>What is asked for: some measures or all, in so many rounds with a file of so many MiB; or the memory run.</summary>
internal sealed record CommandLine(HashSet<string> Measures, int Rounds, long FileBytes, long? MemoryBytes)
{
    private static readonly string[] Names = ["upload", "download", "folder"];

    /// <summary>Says what may be asked for, and returns false, when the arguments cannot be understood.</summary>
    public static bool TryParse(string[] args, out CommandLine asked)
    {
        asked = new CommandLine([], Rounds: 3, FileBytes: 512L << 20, MemoryBytes: null);
        for (var index = 0; index < args.Length; index++)
        {
            var isCount = int.TryParse(args.ElementAtOrDefault(index + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0;
            switch (args[index])
            {
                case var name when Names.Contains(name):
                    asked.Measures.Add(name);
                    break;
                case "memory":
                    asked = asked with { MemoryBytes = (isCount ? count : 5120L) << 20 };
                    index += isCount ? 1 : 0;
                    break;
                case "--rounds" when isCount:
                    asked = asked with { Rounds = count };
                    index++;
                    break;
                case "--megabytes" when isCount:
                    asked = asked with { FileBytes = (long)count << 20 };
                    index++;
                    break;
                default:
                    Console.Error.WriteLine(
                        $"'{args[index]}' is not understood. Usage: [{string.Join(' ', Names)}] [--rounds N] [--megabytes N] | memory [MEGABYTES]");
                    return false;
            }
        }

        asked.Measures.UnionWith(asked.Measures.Count == 0 ? Names : []);
        return true;
    }
}
