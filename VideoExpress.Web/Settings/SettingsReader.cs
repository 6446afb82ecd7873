using System.ComponentModel.DataAnnotations;

namespace VideoExpress.Web.Settings;

/// <summary>Makes the settings records from merged values and checks what each property declares.</summary>
internal static class SettingsReader
{
    /// <summary>The records; each value that cannot be read or is out of its limits adds a sentence to <paramref name="faults"/>.</summary>
    public static AppSettings Read(IReadOnlyDictionary<string, SettingValue> values, ICollection<string> faults)
    {
        var settings = new AppSettings();
        foreach (var setting in KnownSettings.ByName.Values)
        {
            var record = setting.Record(settings);
            var given = values.GetValueOrDefault(setting.Name);
            if (given is not null && !TrySet(setting, record, given, faults))
            {
                continue;
            }

            var context = new ValidationContext(record) { MemberName = setting.Property.Name, DisplayName = setting.Name };
            var broken = setting.Property.GetCustomAttributes(typeof(ValidationAttribute), inherit: true).Cast<ValidationAttribute>()
                .Where(rule => rule.GetValidationResult(setting.Property.GetValue(record), context) != ValidationResult.Success);
            foreach (var rule in broken)
            {
                faults.Add(Sentence(setting, given, Demand(rule)));
            }
        }

        return settings;
    }

    private static bool TrySet(KnownSetting setting, object record, SettingValue given, ICollection<string> faults)
    {
        var type = Nullable.GetUnderlyingType(setting.Property.PropertyType) ?? setting.Property.PropertyType;
        if (SettingText.TryParse(given.Text, type, out var value, out var expected))
        {
            setting.Property.SetValue(record, value);
            return true;
        }

        faults.Add(Sentence(setting, given, $"is not {expected}"));
        return false;
    }

    /// <summary>Names the setting and where it stood; shows its value unless that is, or may hold, a secret.</summary>
    private static string Sentence(KnownSetting setting, SettingValue? given, string complaint)
    {
        var shown = given is null || setting.IsSecret || setting.Property.PropertyType == typeof(Uri) ? "the value" : $"\"{given.Text}\"";
        var place = given is null ? "" : $" ({given.WrittenAs} {given.Level.Place})";
        return $"{setting.Name}: {shown} {complaint}{place}.";
    }

    private static string Demand(ValidationAttribute rule) => rule switch
    {
        // A long's limit becomes a double there, as both do.
        RangeAttribute { Maximum: (double)long.MaxValue or int.MaxValue } range => $"is less than {range.Minimum}",
        RangeAttribute range => $"is not between {range.Minimum} and {range.Maximum}",
        RegularExpressionAttribute pattern => $"does not match {pattern.Pattern}",
        RequiredAttribute => "must not be empty",
        _ => $"is not valid: {rule.FormatErrorMessage("it")}",
    };
}
