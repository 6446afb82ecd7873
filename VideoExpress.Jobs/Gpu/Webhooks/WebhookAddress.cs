namespace VideoExpress.Jobs.Gpu.Webhooks;

/// <summary>Where a provider tells that an attempt is over.</summary>
internal sealed class WebhookAddress(ServerAddress server, WebhookTokens tokens)
{
    /// <summary>The path below the server's base, without a leading slash; the token follows.</summary>
    public const string Path = "webhooks/runpod/";

    /// <summary>The URL for an attempt; null when its provider could not reach us: it is polled, as all are.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public Uri? Of(Attempt attempt) => BaseFor(attempt.Endpoint) is { } baseUrl ? new Uri(baseUrl, Path + tokens.Of(attempt.Id)) : null;

    /// <summary>Our own gateway, and any other on this machine, needs no public name.</summary>
    private Uri? BaseFor(string endpoint) => endpoint switch
    {
        GpuEndpoints.Local => server.Bound,
        _ when server.Public is { } address => address,
        _ => new Uri(endpoint).IsLoopback ? server.Bound : null,
    };
}
