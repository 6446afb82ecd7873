namespace VideoExpress.Jobs;

/// <summary>Where this server is reached: by a provider and its workers, and by the URLs that it hands out itself.</summary>
/// <param name="publicUrl">The setting <c>PublicUrl</c>, or null.</param>
public sealed class ServerAddress(Uri? publicUrl)
{
    private Uri? _bound;

    /// <summary>Base of URLs for a provider: <c>PublicUrl</c>, else the bound loopback address.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public Uri ForProvider => publicUrl ?? Bound;

    /// <summary>The bound loopback address, with its scheme and port.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public Uri Bound => _bound ?? throw new InvalidOperationException("The server does not listen yet.");

    /// <summary>Called once, when the server listens.</summary>
    public void Listen(Uri bound) => _bound = bound;

    /// <summary>True for a URL of this very server.</summary>
    public bool IsOwn(Uri url) =>
        Same(url, publicUrl) || (_bound is not null && (Same(url, _bound) || (url.IsLoopback && url.Port == _bound.Port)));

    private static bool Same(Uri url, Uri? own) =>
        own is not null && url.Port == own.Port && string.Equals(url.Host, own.Host, StringComparison.OrdinalIgnoreCase);
}
