using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// Lets a worker reach the files of its request in the local folder. A request may have been kept since the server listened at another
/// port, and a worker on this machine need not know the name that the server has outside.
/// </summary>
internal sealed class WorkerFileUrls(IObjectStore store, ServerAddress server, GatewayAddress gateway)
{
    private static readonly string[] Keys = ["claim_put_url", "result_put_url", "result_get_url"];

    /// <summary>Base of URLs for a worker: the bound address for our own one, else <c>PublicUrl</c> where that is set.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public Uri BaseFor(string workerId)
    {
        var isHere = LocalWorkerState.IsLocal(workerId) || server.Public is null;
        return isHere ? new Uri(gateway.Endpoint ?? throw new InvalidOperationException("The server does not listen yet."), "/") : server.Public!;
    }

    /// <summary>
    /// The input with the URLs that this host signed below <paramref name="baseUrl"/>: a signature does not cover the host, so they stay
    /// valid. All else is passed on as it came.
    /// </summary>
    public JsonText Below(Uri baseUrl, JsonText input)
    {
        using var document = JsonDocument.Parse(input.Text);
        var texts = Texts(document.RootElement);
        var moved = texts.Select(text => (Old: text, New: Moved(text, baseUrl))).Where(pair => pair.New is not null && pair.New != pair.Old)
            .DistinctBy(pair => pair.Old).ToDictionary(pair => pair.Old, pair => pair.New!);
        return moved.Count == 0 ? input : new JsonText(Replaced(JsonObject.Create(document.RootElement)!, moved).ToJsonString());
    }

    private static List<string> Texts(JsonElement input)
    {
        var outputs = input.TryGetProperty("outputs", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(output => Text(output, "put_url"))
            : [];
        return [.. Keys.Select(key => Text(input, key)).Concat(outputs).OfType<string>()];
    }

    private static string? Text(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static JsonObject Replaced(JsonObject input, Dictionary<string, string> moved)
    {
        var places = (input["outputs"] as JsonArray ?? []).OfType<JsonObject>().Select(output => (output, "put_url"))
            .Concat(Keys.Select(key => (input, key)));
        foreach (var (json, key) in places)
        {
            if (json[key] is JsonValue value && value.TryGetValue<string>(out var old) && moved.TryGetValue(old, out var url))
            {
                json[key] = url;
            }
        }

        return input;
    }

    /// <summary>The same call below another base; null for a URL that this host has not signed.</summary>
    private string? Moved(string text, Uri baseUrl)
    {
        const string place = "/outputs/";
        if (store is not FolderStore folder || !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.AbsolutePath.LastIndexOf(place, StringComparison.Ordinal) is not (>= 0 and var at)
            || !StoreKey.TryParse(url.AbsolutePath[(at + place.Length)..], out var key))
        {
            return null;
        }

        var query = QueryHelpers.ParseQuery(url.Query);
        var isOurs = new[] { HttpMethod.Put, HttpMethod.Get }.Any(method =>
            folder.Urls.Check(method, key, $"{query.GetValueOrDefault("exp")}", null, $"{query.GetValueOrDefault("sig")}", out _) != OutputUrlVerdict.Forged);
        return isOurs ? $"{baseUrl.AbsoluteUri.TrimEnd('/')}{url.AbsolutePath[at..]}{url.Query}" : null;
    }
}
