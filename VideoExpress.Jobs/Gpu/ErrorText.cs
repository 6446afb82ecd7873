using System.Text.Json;

namespace VideoExpress.Jobs.Gpu;

/// <summary>
/// Makes one readable line of whatever stands in <c>error</c>: text, an object, or (from a handler's exception) an object as JSON text.
/// Tracebacks are dropped: they hold file paths of the worker.
/// </summary>
internal static class ErrorText
{
    private const int MaxLength = 500;
    private static readonly string[] MessageKeys = ["error_message", "message", "error", "detail", "title", "error_type"];

    /// <summary>The message, or null when there is none.</summary>
    public static string? From(JsonElement error) => error.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.String => FromText(TextOf(error)),
        JsonValueKind.Object => FromObject(error),
        _ => Shorten(error.GetRawText()),
    };

    /// <summary>The message in the body of an HTTP answer, or null when it is no JSON object (such as a proxy's HTML).</summary>
    public static string? FromBody(string? body)
    {
        if (body is null || !body.AsSpan().TrimStart().StartsWith("{"))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return FromObject(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The characters of a JSON string, also of one with half a surrogate pair, which .NET refuses to decode.</summary>
    public static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return text.GetRawText().Trim('"');
        }
    }

    private static string? FromText(string text)
    {
        if (FromBody(text) is { } inner)
        {
            return inner;
        }

        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var traceback = Array.FindIndex(lines, line => line.StartsWith("Traceback (most recent call last)", StringComparison.Ordinal));
        return lines.Length == 0 ? null : Shorten(traceback < 0 ? string.Join('\n', lines) : lines[^1]);
    }

    private static string? FromObject(JsonElement error)
    {
        foreach (var key in MessageKeys)
        {
            if (error.TryGetProperty(key, out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Object
                && From(value) is { } message)
            {
                return message;
            }
        }

        return null;
    }

    private static string Shorten(string text) => text.Length <= MaxLength ? text : $"{text.AsSpan(0, MaxLength)}…";
}
