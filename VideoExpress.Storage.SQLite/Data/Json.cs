using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoExpress.Storage.SQLite.Data;

/// <summary>The JSON that the storage keeps in its own columns and passes to SQLite's <c>json_each</c>.</summary>
[JsonSerializable(typeof(Dictionary<string, string?>))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(long[]))]
internal sealed partial class Json : JsonSerializerContext
{
    // Nothing here is ever put into HTML; readable text is shorter, too.
    private static readonly Json Relaxed = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string Write(string[] values) => JsonSerializer.Serialize(values, Relaxed.StringArray);

    public static string Write(long[] values) => JsonSerializer.Serialize(values, Relaxed.Int64Array);

    public static string? Write(Dictionary<string, string?>? values) =>
        values is { Count: > 0 } ? JsonSerializer.Serialize(values, Relaxed.DictionaryStringString) : null;

    public static string[] ReadStrings(string? text) => Read(text, Relaxed.StringArray) ?? [];

    /// <summary>State data; keys are found in any case, because older serialisers wrote them camel-cased.</summary>
    public static Dictionary<string, string?> ReadData(string? text)
    {
        var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in Read(text, Relaxed.DictionaryStringString) ?? [])
        {
            data[key] = value;
        }

        return data;
    }

    public static Dictionary<string, string?> ReadParameters(string? text) => Read(text, Relaxed.DictionaryStringString) ?? [];

    private static T? Read<T>(string? text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return text is null ? null : JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            // A damaged row shows as one without data; it must not take a dashboard page or a worker with it.
            return null;
        }
    }
}
