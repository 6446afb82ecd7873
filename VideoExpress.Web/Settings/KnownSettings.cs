using System.Reflection;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Settings;

/// <summary>One setting: a property of a settings record.</summary>
/// <param name="Name">The long name: <c>Section:Key</c>, or <c>Key</c> for a setting without a section.</param>
/// <param name="Record">The record that has it.</param>
/// <param name="Property">The setting's property in that record.</param>
internal sealed record KnownSetting(string Name, Func<AppSettings, object> Record, PropertyInfo Property)
{
    /// <summary>True when its value must never be shown. All our secrets are keys, and are called so.</summary>
    public bool IsSecret => Property.Name.EndsWith("Key", StringComparison.Ordinal);
}

/// <summary>All settings there are, as the records of <see cref="AppSettings"/> declare them.</summary>
internal static class KnownSettings
{
    /// <summary>By long name, case aside.</summary>
    public static IReadOnlyDictionary<string, KnownSetting> ByName { get; } =
        OfSections().Concat(OfJobTypes()).ToDictionary(setting => setting.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The first part of names with a section.</summary>
    public static IReadOnlySet<string> Sections { get; } = ByName.Keys.Where(name => name.Contains(':'))
        .Select(name => name.Split(':')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<KnownSetting> OfSections() =>
        from section in typeof(AppSettings).GetProperties()
        from property in section.PropertyType.GetProperties()
        where property.CanWrite
        let prefix = section.Name == nameof(AppSettings.Host) ? "" : $"{section.Name}:"
        select new KnownSetting(prefix + property.Name, settings => section.GetValue(settings)!, property);

    private static IEnumerable<KnownSetting> OfJobTypes() =>
        from type in JobType.OnGpu
        from property in typeof(RunPodTypeSettings).GetProperties()
        where property.CanWrite
        select new KnownSetting(
            $"{nameof(AppSettings.RunPod)}:{nameof(RunPodSettings.Types)}:{type}:{property.Name}", settings => settings.RunPod.Types[type], property);
}
