using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Provenance;

/// <summary>
/// How a job's files were made, as JSON: what is needed to make them again, and nothing of when or where, so the same job has the same
/// recipe each time.
/// </summary>
internal static class Recipe
{
    /// <summary>What the recipe says that made it.</summary>
    public const string Product = "VideoExpress";

    /// <summary>
    /// Marks our box at the end of an MP4 file: <c>171402e9-437b-429c-bb95-db219634e903</c>, then the JSON in UTF-8 up to the box's end.
    /// When there are several, the last one counts.
    /// </summary>
    public static readonly Guid BoxId = new("171402e9-437b-429c-bb95-db219634e903");

    /// <summary>Raised when a reader of the JSON would have to know better.</summary>
    private const int Format = 1;

    // Letters of every script stay readable; what means something to HTML and XML, and control characters, are written as \uXXXX.
    private static readonly JsonWriterOptions Layout = new()
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Indented = true,
        NewLine = "\n",
    };

    /// <summary>Such as <c>0.1.0</c>.</summary>
    public static string ProductVersion { get; } = typeof(Recipe).Assembly.GetName().Version!.ToString(3);

    /// <summary>The whole box.</summary>
    public static byte[] Box(ReadOnlySpan<byte> recipe) => Mp4Tail.UuidBox(BoxId, recipe);

    /// <summary>Writes the recipe of a job.</summary>
    /// <param name="job">Its parameters are written as they are, but for the queries of URLs, which hold signatures and keys.</param>
    /// <param name="result">What its worker reported; null when it had none.</param>
    /// <param name="type">How its picture came to be; null when that is not known or not to be told.</param>
    public static byte[] Write(Job job, WorkerResult? result, DigitalSourceType? type)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Layout))
        {
            writer.WriteStartObject();
            writer.WriteNumber("recipe", Format);
            writer.WriteString("product", Product);
            writer.WriteString("product_version", ProductVersion);
            writer.WriteString("job_id", job.Id.ToString("D"));
            writer.WriteString("type", job.Type);
            writer.WriteString("quality", job.Quality);
            WriteMaking(writer, job, result, type);
            writer.WritePropertyName("params");
            Copy(writer, job.Parameters);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What people ask for first, at the top: of a seed that nobody chose, the one that the worker did.</summary>
    private static void WriteMaking(Utf8JsonWriter writer, Job job, WorkerResult? result, DigitalSourceType? type)
    {
        foreach (var name in (string[])["prompt", "negative_prompt"])
        {
            if (job.Parameters.TryGetProperty(name, out var words))
            {
                writer.WritePropertyName(name);
                Copy(writer, words);
            }
        }

        if ((Integer(result?.Seed) ?? Integer(job.Parameters.TryGetProperty("seed", out var asked) ? asked : null)) is { } seed)
        {
            writer.WriteNumber("seed", seed);
        }

        foreach (var (name, value) in ((string, string?)[])
            [("model", result?.Model), ("backend", result?.Backend), ("digital_source_type", type?.Uri)])
        {
            if (value is not null)
            {
                writer.WriteString(name, value);
            }
        }
    }

    private static long? Integer(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var integer) ? integer : null;

    private static void Copy(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Copy(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Copy(writer, item);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Unsigned(value.GetString()!));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    /// <summary>A text that is a URL, whichever parameter it stands in, without its query, fragment and user; any other text as it is.</summary>
    private static string Unsigned(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : text;
}
