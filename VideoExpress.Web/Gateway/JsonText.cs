using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoExpress.Web.Gateway;

/// <summary>JSON that is passed on as it came, byte for byte.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct JsonText(string Text)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a JSON object; false when the bytes are anything else, Python's bare <c>NaN</c> included.</summary>
    public static bool TryParseObject(byte[] body, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        try
        {
            var parsed = JsonDocument.Parse(StrictUtf8.GetString(body));
            if (parsed.RootElement.ValueKind == JsonValueKind.Object)
            {
                document = parsed;
            }
            else
            {
                parsed.Dispose();
            }
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return false;
        }

        return document is not null;
    }

    internal sealed class Converter : JsonConverter<JsonText>
    {
        public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("It is only written.");

        public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Text, skipInputValidation: true);
    }
}
