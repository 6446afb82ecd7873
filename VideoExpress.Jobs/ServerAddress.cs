namespace VideoExpress.Jobs;

/// <summary>Where this server is reached: by a provider and its workers, and by the URLs that it hands out itself.</summary>
public sealed class ServerAddress
{
    private Uri? _bound;

    /// <summary>Makes the address of a server that does not listen yet.</summary>
    /// <param name="publicUrl">The setting <c>PublicUrl</c>, or null.</param>
    public ServerAddress(Uri? publicUrl) => Public = publicUrl is null ? null : new Uri(publicUrl.AbsoluteUri.TrimEnd('/') + "/");

    /// <summary>The setting <c>PublicUrl</c> with a slash at its end; null when it is not set.</summary>
    public Uri? Public { get; }

    /// <summary>Base of URLs for a worker on this machine: the bound loopback address, whatever <c>PublicUrl</c> says.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public Uri Bound => _bound ?? throw new InvalidOperationException("The server does not listen yet.");

    /// <summary>Base of URLs for a provider: <c>PublicUrl</c>, else the bound loopback address.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public Uri ForProvider => Public ?? Bound;

    /// <summary>Called once, when the server listens at <paramref name="bound"/>.</summary>
    public void Listen(Uri bound) => _bound = bound;

    /// <summary>The path below our own base that <paramref name="url"/> names, without a leading slash; null for a foreign URL.</summary>
    public string? OwnPath(Uri url)
    {
        if (Public is not null && Same(url, Public) && url.AbsolutePath.StartsWith(Public.AbsolutePath, StringComparison.Ordinal))
        {
            return url.AbsolutePath[Public.AbsolutePath.Length..];
        }

        return _bound is not null && url.Port == _bound.Port && (url.IsLoopback || Same(url, _bound)) ? url.AbsolutePath[1..] : null;
    }

    private static bool Same(Uri url, Uri own) => url.Port == own.Port && string.Equals(url.Host, own.Host, StringComparison.OrdinalIgnoreCase);
}
