using System.Text.Json;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Web.Endpoints;

/// <summary>Reads a body whose fields are checked one by one, so that every fault is named at once.</summary>
internal static class JsonBody
{
    private const int MaxDepth = 32;

    /// <exception cref="JsonException">It is no JSON, or nested deeper than 32 levels.</exception>
    /// <exception cref="InvalidFieldsException">A key stands twice in an object, or a text is no Unicode.</exception>
    public static async Task<JsonElement> ReadAsync(HttpRequest request)
    {
        using var document = await JsonDocument.ParseAsync(
            request.Body, new JsonDocumentOptions { MaxDepth = MaxDepth }, request.HttpContext.RequestAborted);
        var errors = new FieldErrors();
        Check(document.RootElement, "", errors);
        errors.ThrowIfAny();
        return document.RootElement.Clone();
    }

    private static void Check(JsonElement json, string path, FieldErrors errors)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var property in json.EnumerateObject())
                {
                    if (Text(() => property.Name) is not { } name)
                    {
                        errors.Add(path, "has a key that is no valid Unicode text.");
                        continue;
                    }

                    var place = path.Length == 0 ? name : $"{path}.{name}";
                    if (!names.Add(name))
                    {
                        errors.Add(place, "is given more than once.");
                    }

                    Check(property.Value, place, errors);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in json.EnumerateArray().Index())
                {
                    Check(item, $"{path}[{index}]", errors);
                }

                break;
            case JsonValueKind.String when Text(json.GetString) is null:
                errors.Add(path, "is no valid Unicode text.");
                break;
        }
    }

    /// <summary>Null for text with half a surrogate pair, which JSON can write and .NET refuses.</summary>
    private static string? Text(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
