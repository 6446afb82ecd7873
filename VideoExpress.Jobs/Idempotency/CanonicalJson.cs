using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace VideoExpress.Jobs.Idempotency;

/// <summary>One spelling of equal JSON: members in order of their names, no white space, one way to write each text and number.</summary>
internal static class CanonicalJson
{
    /// <summary>The canonical form, UTF-8. Keys of an object are distinct, and texts are valid Unicode.</summary>
    public static ReadOnlyMemory<byte> Of(JsonElement json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, json);
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in json.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(json.GetRawText()), skipInputValidation: true);
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(json.GetString());
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    /// <summary>Digits without zeros at either end, and a power of ten: 1, 1.0 and 10e-1 are all <c>1e0</c>. By text, so no digit is lost.</summary>
    private static string Number(string text)
    {
        var at = text.IndexOfAny(['e', 'E']);
        var (mantissa, power) = at < 0 ? (text, "0") : (text[..at], text[(at + 1)..]);
        var sign = mantissa.StartsWith('-') ? "-" : "";
        var parts = mantissa.TrimStart('-').Split('.');
        var fraction = parts.Length > 1 ? parts[1] : "";
        var digits = (parts[0] + fraction).TrimStart('0');
        var whole = digits.TrimEnd('0');
        if (whole.Length == 0)
        {
            return "0e0";
        }

        // A power of more digits than this is no number that any field takes: its text will do.
        return long.TryParse(power, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent) && Math.Abs(exponent) < int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{sign}{whole}e{exponent - fraction.Length + (digits.Length - whole.Length)}")
            : text;
    }
}
