using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VideoExpress.Web.Settings;

/// <summary>Reads the text of a setting as its type, and says in words what was expected.</summary>
internal static class SettingText
{
    // TimeSpan.Parse takes "10" for ten days and "24:00:00" for twenty-four.
    private static readonly string[] Durations = [@"h\:mm\:ss", @"h\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss", @"d\.hh\:mm\:ss\.FFFFFFF"];

    /// <summary>Reads <paramref name="text"/>; false leaves what was expected, to follow "is not".</summary>
    public static bool TryParse(string text, Type type, [NotNullWhen(true)] out object? value, out string expected)
    {
        (value, expected) = type switch
        {
            _ when type == typeof(string) => (text, "a text"),
            _ when type == typeof(bool) => (bool.TryParse(text, out var b) ? b : null, "true or false"),
            _ when type == typeof(int) => (Number<int>(text), "a whole number"),
            _ when type == typeof(long) => (Number<long>(text), "a whole number"),
            _ when type == typeof(double) => (Number<double>(text), "a number such as 0.5"),
            _ when type == typeof(TimeSpan) => (Duration(text), "a duration such as 00:00:10, or 1.00:00:00 for a day"),
            _ when type == typeof(Uri) => (Address(text), "an absolute http or https URL without user name, query or fragment"),
            { IsEnum: true } => (Name(text, type), $"one of {string.Join(", ", Enum.GetNames(type))}"),
            _ => ((object?)null, $"readable: no setting can be a {type.Name}"),
        };
        return value is not null;
    }

    private static T? Number<T>(string text)
        where T : struct, IParsable<T> =>
        T.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static TimeSpan? Duration(string text) =>
        TimeSpan.TryParseExact(text, Durations, CultureInfo.InvariantCulture, out var duration) ? duration : null;

    private static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url is { UserInfo: "", Query: "", Fragment: "" } ? url : null;

    private static object? Name(string text, Type type) =>
        Enum.GetNames(type).FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } name ? Enum.Parse(type, name) : null;
}
