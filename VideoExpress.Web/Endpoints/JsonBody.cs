using System.Text.Json;

namespace VideoExpress.Web.Endpoints;

/// <summary>Reads a body whose fields are checked one by one, so that every fault is named at once.</summary>
internal static class JsonBody
{
    private const int MaxDepth = 32;

    /// <exception cref="JsonException">It is no JSON, or nested deeper than 32 levels.</exception>
    public static async Task<JsonElement> ReadAsync(HttpRequest request)
    {
        using var document = await JsonDocument.ParseAsync(
            request.Body, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false }, request.HttpContext.RequestAborted);
        return document.RootElement.Clone();
    }
}
