using System.Collections.Concurrent;

namespace VideoExpress.Jobs.Gpu;

/// <summary>Which GPU does what: drafts go to the local worker behind our own gateway, finals to the configured provider.</summary>
/// <param name="settings">The configured provider, if any.</param>
/// <param name="connect">Makes the client of an endpoint: its URL and key.</param>
/// <param name="local">The local gateway's endpoint and client key; asked when needed, since its port is known only after the start.</param>
internal sealed class GpuEndpoints(RunPodSettings settings, Func<Uri, string, RunPodClient> connect, Func<(Uri Endpoint, string Key)> local)
    : IDisposable
{
    /// <summary>The name of our own gateway in <c>attempts.endpoint</c>; its port may change with each start.</summary>
    public const string Local = "local";

    private readonly ConcurrentDictionary<string, Lazy<RunPodClient>> _clients = new();

    /// <summary>True when a GPU endpoint is configured: then <c>final</c> can be made, and is the default.</summary>
    public bool HasProvider => settings.Endpoint is not null;

    /// <summary>Where a job of this quality is sent.</summary>
    public string NameFor(string quality) => quality == JobQuality.Final && settings.Endpoint is { } endpoint ? endpoint.AbsoluteUri : Local;

    /// <summary>
    /// The client of an endpoint, also of one that is no longer the configured one: a job is polled where it was sent. It is one and the same for
    /// all who ask, since the limits and the state of an endpoint are.
    /// </summary>
    public RunPodClient Client(string name) => _clients.GetOrAdd(
        name == Local ? name : new Uri(name).AbsoluteUri.TrimEnd('/'), key => new Lazy<RunPodClient>(() => Connect(key))).Value;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }

    private RunPodClient Connect(string name)
    {
        if (name != Local)
        {
            // Of an endpoint that is no longer the configured one we have no key, and another's key is none of its host's business.
            var endpoint = new Uri(name);
            var isOurs = settings.Endpoint is { } configured && Uri.Compare(
                configured, endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
            return connect(endpoint, isOurs ? settings.ApiKey ?? "" : "");
        }

        var (gateway, clientKey) = local();
        return connect(gateway, clientKey);
    }
}
