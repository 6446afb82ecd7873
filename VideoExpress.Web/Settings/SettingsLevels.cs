using System.Collections;

namespace VideoExpress.Web.Settings;

/// <summary>The four places settings come from, weakest first: <c>appsettings.json</c>, <c>.env</c>, the environment, the command line.</summary>
internal static class SettingsLevels
{
    /// <summary>Reads all four; what cannot be read adds a sentence to <paramref name="faults"/>.</summary>
    public static IReadOnlyList<SettingsLevel> Read(IReadOnlyList<string> arguments, IDictionary environment, ICollection<string> faults)
    {
        var here = Directory.GetCurrentDirectory();
        var options = CommandLine.Parse(arguments, faults);
        var root = Path.GetFullPath(options.GetValueOrDefault(nameof(HostSettings.ContentRoot), here), here);
        return
        [
            new("in appsettings.json", root, ReadJson(root, faults)),
            new("in .env", root, ReadDotEnv(root, faults)) { HasForeignNames = true },
            new("in the environment", here, environment.Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value ?? ""))
            {
                HasForeignNames = true,
                IsCaseSensitive = true,
            },
            new("on the command line", here, options),
        ];
    }

    private static Dictionary<string, string> ReadJson(string root, ICollection<string> faults)
    {
        try
        {
            var file = new ConfigurationBuilder().AddJsonFile(Path.Combine(root, "appsettings.json"), optional: true).Build();
            return file.AsEnumerable().Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            faults.Add($"appsettings.json: {(e.InnerException ?? e).Message}");
            return [];
        }
    }

    private static Dictionary<string, string> ReadDotEnv(string root, ICollection<string> faults)
    {
        var path = Path.Combine(root, ".env");
        return File.Exists(path) ? DotEnvFile.Parse(File.ReadAllText(path), faults) : [];
    }
}
