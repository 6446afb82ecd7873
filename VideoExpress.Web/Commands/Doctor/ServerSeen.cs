using System.Net;
using System.Text.Json;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>A VideoExpress that answers.</summary>
/// <param name="Address">Where.</param>
/// <param name="Version">Its version.</param>
/// <param name="Problem">What it says is wrong with it.</param>
internal sealed record ServerSeen(Uri Address, string Version, string? Problem)
{
    /// <summary>Looks at all the addresses that the server would listen on.</summary>
    public static async Task<ServerSeen?> FindAsync(Subject subject, CancellationToken cancellationToken)
    {
        foreach (var address in LocalAddresses(subject.Settings.Host))
        {
            if (await AskAsync(subject.Http, address, cancellationToken) is (_, { } server))
            {
                return server;
            }
        }

        return null;
    }

    /// <summary>How this machine reaches the addresses that the server listens on; without those whose port the system chooses.</summary>
    public static IEnumerable<Uri> LocalAddresses(HostSettings host) =>
        from address in ListenAddresses.Of(host.Urls)
        where address is { Port: > 0 }
        let name = address.Host is "localhost" or "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : address.Host
        select new UriBuilder(address.Scheme, name, address.Port).Uri;

    /// <summary>Asks <c>/health</c> below <paramref name="address"/>: whether anything answers, and whether it is a VideoExpress.</summary>
    public static async Task<(HttpStatusCode? Status, ServerSeen? Server)> AskAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"{address.AbsoluteUri.TrimEnd('/')}/health"), cancellationToken);
            return (answer.StatusCode, Read(address, await answer.Content.ReadAsStringAsync(cancellationToken)));
        }
        catch (HttpRequestException)
        {
            return (null, null);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, null);
        }
    }

    private static ServerSeen? Read(Uri address, string body)
    {
        try
        {
            var health = JsonElement.Parse(body);
            return health.ValueKind == JsonValueKind.Object && health.TryGetProperty("runpod_connected", out _)
                ? new ServerSeen(address, Text(health, "version") ?? "", Text(health, "problem"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement health, string name) =>
        health.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
