using System.Collections.Concurrent;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting.Logging;

/// <summary>The secrets of this process, by value: none of them is ever written to a log. Add a key as soon as it is read or made.</summary>
internal sealed class Secrets
{
    /// <summary>Below this length a value is no secret, and hiding it would only make the log unreadable.</summary>
    private const int ShortestSecret = 4;

    private readonly ConcurrentDictionary<string, byte> _values = new(StringComparer.Ordinal);

    /// <summary>The secrets among the settings.</summary>
    public static Secrets Of(AppSettings settings)
    {
        var secrets = new Secrets();
        foreach (var setting in KnownSettings.ByName.Values.Where(setting => setting.IsSecret))
        {
            secrets.Add((string?)setting.Property.GetValue(setting.Record(settings)));
        }

        return secrets;
    }

    /// <summary>Hides <paramref name="value"/> from now on; null or a very short one is no secret.</summary>
    public void Add(string? value)
    {
        if (value is { Length: >= ShortestSecret })
        {
            _values.TryAdd(value, 0);
            _values.TryAdd(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal), 0); // as JSON has it
        }
    }

    /// <summary><paramref name="text"/> without any secret; the longest go first, since one may hold another.</summary>
    public string HideIn(string text) =>
        _values.Keys.OrderByDescending(secret => secret.Length).Aggregate(text, (hidden, secret) => hidden.Replace(secret, Redaction.Hidden, StringComparison.Ordinal));
}
