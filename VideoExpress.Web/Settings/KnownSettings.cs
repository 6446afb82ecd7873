using System.Reflection;

namespace VideoExpress.Web.Settings;

/// <summary>One setting: a property of a settings record.</summary>
/// <param name="Section">The section's property in <see cref="AppSettings"/>.</param>
/// <param name="Property">The setting's property in the section's record.</param>
internal sealed record KnownSetting(PropertyInfo Section, PropertyInfo Property)
{
    /// <summary>The long name: <c>Section:Key</c>, or <c>Key</c> for a setting without a section.</summary>
    public string Name { get; } = Section.Name == nameof(AppSettings.Host) ? Property.Name : $"{Section.Name}:{Property.Name}";

    /// <summary>True when its value must never be shown. All our secrets are keys, and are called so.</summary>
    public bool IsSecret => Property.Name.EndsWith("Key", StringComparison.Ordinal);
}

/// <summary>All settings there are, as the records of <see cref="AppSettings"/> declare them.</summary>
internal static class KnownSettings
{
    /// <summary>By long name, case aside.</summary>
    public static IReadOnlyDictionary<string, KnownSetting> ByName { get; } =
        (from section in typeof(AppSettings).GetProperties()
         from property in section.PropertyType.GetProperties()
         where property.CanWrite
         select new KnownSetting(section, property)).ToDictionary(setting => setting.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The first part of names with a section.</summary>
    public static IReadOnlySet<string> Sections { get; } = ByName.Keys.Where(name => name.Contains(':'))
        .Select(name => name.Split(':')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
}
