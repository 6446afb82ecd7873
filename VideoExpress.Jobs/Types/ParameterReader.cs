using System.Globalization;
using System.Text.Json;

namespace VideoExpress.Jobs.Types;

/// <summary>
/// Reads a JSON object field by field: one line a parameter gives its name, default and limits, and every fault is collected under
/// the field's path. What was never asked for is an unknown field, answered with the nearest known name.
/// </summary>
public sealed class ParameterReader
{
    private readonly JsonElement _json;
    private readonly string _path;
    private readonly FieldErrors _errors;
    private readonly List<string> _known = [];

    /// <summary>Reads <paramref name="json"/>, which stands at <paramref name="path"/> of the request (empty for its root).</summary>
    public ParameterReader(JsonElement json, string path, FieldErrors errors)
    {
        (_json, _path, _errors) = (json, path, errors);
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(path, $"must be an object, not {Show(json)}.");
        }
    }

    /// <summary>Text of 1 to <paramref name="maxLength"/> characters that is not only blank; empty with an error otherwise.</summary>
    public string RequiredText(string name, int maxLength)
    {
        if (Find(name) is not { } value)
        {
            Fail(name, "is missing.");
            return "";
        }

        return CheckText(name, value, maxLength);
    }

    /// <summary>Text as <see cref="RequiredText"/> wants it, or null when the field is absent or null.</summary>
    public string? OptionalText(string name, int maxLength) => Find(name) is { } value ? CheckText(name, value, maxLength) : null;

    /// <summary>One of a few words; <paramref name="fallback"/> when absent.</summary>
    public string Choice(string name, string fallback, params ReadOnlySpan<string> choices)
    {
        if (Find(name) is not { } value)
        {
            return fallback;
        }

        if (value.ValueKind == JsonValueKind.String && choices.Contains(value.GetString()))
        {
            return value.GetString()!;
        }

        Fail(name, $"must be one of {string.Join(", ", choices)}, not {Show(value)}.");
        return fallback;
    }

    /// <summary>A finite number within limits; <paramref name="fallback"/> when absent.</summary>
    public double Number(string name, double fallback, double min, double max) => OptionalNumber(name, min, max) ?? fallback;

    /// <summary>A finite number within limits, or null when absent.</summary>
    public double? OptionalNumber(string name, double min, double max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max)
        {
            return number;
        }

        var range = max == double.MaxValue ? $"a number of at least {Show(min)}" : $"a number from {Show(min)} to {Show(max)}";
        Fail(name, $"must be {range}, not {Show(value)}.");
        return null;
    }

    /// <summary>A number that must be there.</summary>
    public double RequiredNumber(string name, double min, double max)
    {
        if (Find(name) is null)
        {
            Fail(name, "is missing.");
        }

        return OptionalNumber(name, min, max) ?? min;
    }

    /// <summary>A whole number within limits, or null when absent.</summary>
    public long? OptionalInteger(string name, long min, long max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max)
        {
            return number;
        }

        Fail(name, $"must be a whole number from {min} to {max}, not {Show(value)}.");
        return null;
    }

    /// <summary>A list of objects; empty when absent and <paramref name="min"/> is 0.</summary>
    public IReadOnlyList<T> Objects<T>(string name, int min, int max, Func<ParameterReader, T> read)
    {
        if (Find(name) is not { } value)
        {
            if (min > 0)
            {
                Fail(name, "is missing.");
            }

            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() < min || value.GetArrayLength() > max)
        {
            Fail(name, $"must be a list of {min} to {max} items, not {(value.ValueKind == JsonValueKind.Array ? $"{value.GetArrayLength()}" : Show(value))}.");
            return [];
        }

        var items = new List<T>();
        foreach (var (index, item) in value.EnumerateArray().Index())
        {
            var reader = new ParameterReader(item, $"{PathOf(name)}[{index}]", _errors);
            items.Add(read(reader));
            reader.RefuseUnknown();
        }

        return items;
    }

    /// <summary>Where media comes from; null with an error when the field is missing or is none.</summary>
    public MediaSource? RequiredSource(string name)
    {
        if (Find(name) is not { } value)
        {
            Fail(name, "is missing.");
            return null;
        }

        if (MediaSource.TryRead(value, out var source, out var sentence))
        {
            return source;
        }

        Fail(name, sentence);
        return null;
    }

    /// <summary>A nested object, or null with an error when it is missing.</summary>
    public JsonElement? RequiredObject(string name)
    {
        if (Find(name) is not { } value)
        {
            Fail(name, "is missing.");
            return null;
        }

        return value;
    }

    /// <summary>A list of ids; empty when absent.</summary>
    public IReadOnlyList<Guid> Ids(string name, int max)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        var ids = new List<Guid>();
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= max)
        {
            ids.AddRange(value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String && Guid.TryParse(item.GetString(), out _))
                .Select(item => Guid.Parse(item.GetString()!)));
            if (ids.Count == value.GetArrayLength())
            {
                return ids;
            }
        }

        Fail(name, $"must be a list of at most {max} job ids, not {Show(value)}.");
        return [];
    }

    /// <summary>Adds a fault of a field that was read well but does not fit the others.</summary>
    public void Fail(string name, string sentence) => _errors.Add(PathOf(name), sentence);

    /// <summary>Call after the last field was asked for: the others are unknown.</summary>
    public void RefuseUnknown()
    {
        if (_json.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var name in _json.EnumerateObject().Select(property => property.Name).Where(name => !_known.Contains(name)))
        {
            var meant = NearestName.Meant(name, _known);
            Fail(name, meant is null ? $"is not known here; known are {string.Join(", ", _known)}." : $"is not known here; did you mean {meant}?");
        }
    }

    /// <summary>The field's path in the request.</summary>
    public string PathOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private JsonElement? Find(string name)
    {
        if (!_known.Contains(name))
        {
            _known.Add(name);
        }

        return _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;
    }

    private string CheckText(string name, JsonElement value, int maxLength)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : null;
        var fault = text switch
        {
            null => $"must be text, not {Show(value)}.",
            _ when string.IsNullOrWhiteSpace(text) => "must not be empty.",
            _ when text.Length > maxLength => $"must be at most {maxLength} characters, not {text.Length}.",
            _ when text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) => "must not hold control characters other than line breaks and tabs.",
            _ => null,
        };
        if (fault is not null)
        {
            Fail(name, fault);
        }

        return text ?? "";
    }

    private static string Show(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.Undefined => "nothing",
            _ => value.GetRawText(),
        };
        return text.Length <= 60 ? text : text[..57] + "…";
    }

    private static string Show(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
