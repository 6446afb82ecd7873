using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Settings;

/// <summary>Turns levels into one value for each setting: names resolved, contradictions and unknown names found, stronger levels on top.</summary>
internal static class SettingsMerge
{
    /// <summary>How many edits away from a known name a foreign one is taken for a slip of the pen.</summary>
    private const int SlipOfThePen = 2;

    /// <summary>The values by long name; what is wrong adds a sentence to <paramref name="faults"/>.</summary>
    public static Dictionary<string, SettingValue> Merge(IEnumerable<SettingsLevel> levels, ICollection<string> faults)
    {
        var merged = new Dictionary<string, SettingValue>(StringComparer.OrdinalIgnoreCase);
        foreach (var level in levels)
        {
            foreach (var (name, value) in Resolve(level, faults))
            {
                merged[name] = value;
            }
        }

        return merged;
    }

    private static Dictionary<string, SettingValue> Resolve(SettingsLevel level, ICollection<string> faults)
    {
        var resolved = new Dictionary<string, SettingValue>(StringComparer.OrdinalIgnoreCase);

        // An empty value is a line left blank in a template: not given.
        foreach (var (writtenAs, text) in level.Values.Where(pair => pair.Value.Length > 0))
        {
            if (LongName(writtenAs, level, faults) is not { } name)
            {
                continue;
            }

            if (resolved.TryGetValue(name, out var other) && other.Text != text)
            {
                faults.Add($"{other.WrittenAs} and {writtenAs} {level.Place} contradict each other; give only one of them.");
            }

            resolved[name] = new SettingValue(text, writtenAs, level);
        }

        return resolved;
    }

    /// <summary>The setting that a name means at this level; null for a foreign name, and, with a fault, for a mistaken one.</summary>
    private static string? LongName(string writtenAs, SettingsLevel level, ICollection<string> faults)
    {
        if (SettingAliases.All.TryGetValue(writtenAs, out var aliased))
        {
            return aliased;
        }

        var name = writtenAs.Replace("__", ":", StringComparison.Ordinal);
        if (KnownSettings.ByName.TryGetValue(name, out var known) && (!level.IsCaseSensitive || name.Contains(':') || name == known.Name))
        {
            return known.Name;
        }

        // Of a section of ours, any name is meant as a setting.
        var all = KnownSettings.ByName.Keys.Concat(SettingAliases.All.Keys);
        var nearest = IsOurs(name) ? NearestName.Of(name, all) : NearestName.Meant(name, all);
        if (!level.HasForeignNames || IsOurs(name) || (nearest is not null && IsSlip(name, nearest)))
        {
            var hint = nearest is null ? "docs/CONFIGURATION.md lists them all" : $"the nearest is {nearest}";
            faults.Add($"{writtenAs} {level.Place} is not a setting; {hint}.");
        }

        return null;
    }

    private static bool IsOurs(string name) => name.Split(':') is [var section, _, ..] && KnownSettings.Sections.Contains(section);

    /// <summary>Only for long names: everything short is near to something.</summary>
    private static bool IsSlip(string name, string nearest) =>
        nearest.Length > 8 && NearestName.Distance(name, nearest) is > 0 and <= SlipOfThePen;
}
