using System.Text.Json;

namespace VideoExpress.Jobs.Types;

/// <summary>JSON may escape halves of characters (<c>"\ud800"</c>) that no text can hold; they are found before anything is read.</summary>
internal static class UnicodeCheck
{
    /// <summary>Adds a fault for each text or name below <paramref name="path"/> that is not valid Unicode; true when there is none.</summary>
    public static bool Passes(JsonElement json, string path, FieldErrors errors)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return IsText(() => json.GetString(), path, errors);
            case JsonValueKind.Array:
                return json.EnumerateArray().Index().Aggregate(true, (passes, item) => Passes(item.Item, $"{path}[{item.Index}]", errors) && passes);
            case JsonValueKind.Object:
                return json.EnumerateObject().Aggregate(true, (passes, property) => PassesProperty(property, path, errors) && passes);
            default:
                return true;
        }
    }

    private static bool PassesProperty(JsonProperty property, string path, FieldErrors errors) =>
        IsText(() => property.Name, path.Length == 0 ? "body" : path, errors)
        && Passes(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}", errors);

    private static bool IsText(Func<string?> read, string path, FieldErrors errors)
    {
        try
        {
            read();
            return true;
        }
        catch (InvalidOperationException)
        {
            errors.Add(path, "is not valid Unicode: it holds half of a character.");
            return false;
        }
    }
}
