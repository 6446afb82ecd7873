using System.Collections;

namespace VideoExpress.Web.Settings;

/// <summary>Reads, merges and checks all settings, once, before anything is created.</summary>
internal static class SettingsLoader
{
    /// <summary>The settings of this process, paths made absolute.</summary>
    /// <exception cref="SettingsException">Something is wrong; every fault is named.</exception>
    public static AppSettings Load(IReadOnlyList<string> arguments) => Load(arguments, Environment.GetEnvironmentVariables());

    /// <inheritdoc cref="Load(IReadOnlyList{string})"/>
    internal static AppSettings Load(IReadOnlyList<string> arguments, IDictionary environment)
    {
        var faults = new List<string>();
        var levels = SettingsLevels.Read(arguments, environment, faults);
        var values = SettingsMerge.Merge(levels, faults);
        if (values.GetValueOrDefault(nameof(HostSettings.ContentRoot)) is { } root && root.Level != levels[^1])
        {
            faults.Add($"{root.WrittenAs} {root.Level.Place} comes too late; the content root can only be given on the command line.");
        }

        var settings = SettingsReader.Read(values, faults);
        if (faults.Count == 0)
        {
            faults.AddRange(SettingsRules.Broken(settings));
        }

        return faults.Count == 0 ? WithAbsolutePaths(settings, levels, values) : throw new SettingsException(faults);
    }

    private static AppSettings WithAbsolutePaths(
        AppSettings settings, IReadOnlyList<SettingsLevel> levels, Dictionary<string, SettingValue> values)
    {
        var data = values.GetValueOrDefault(nameof(HostSettings.Data));
        var database = values.GetValueOrDefault(nameof(HostSettings.Database));

        // Who names a data folder on the command line wants everything in it, whatever .env says.
        var databaseCounts = database is not null && data?.Level != levels[^1];
        return settings with
        {
            Host = settings.Host with
            {
                ContentRoot = levels[0].Folder,
                Data = Path.GetFullPath(settings.Host.Data, data?.Level.Folder ?? levels[0].Folder),
                Database = databaseCounts ? Path.GetFullPath(database!.Text, database.Level.Folder) : null,
            },
        };
    }
}
