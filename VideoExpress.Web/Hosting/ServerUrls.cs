using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting;

/// <summary>The base of absolute URLs, with a slash at its end.</summary>
internal sealed class ServerUrls(HostSettings settings, IServer server)
{
    /// <summary>How this machine reaches the server; by the port that was really bound.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen yet.</exception>
    public Uri Local
    {
        get
        {
            var bound = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
                ?? throw new InvalidOperationException("The server does not listen yet.");
            var address = BindingAddress.Parse(bound);
            var host = address.Host is "localhost" or "*" or "+" or "0.0.0.0" or "[::]" ? "127.0.0.1" : address.Host;
            return new UriBuilder(address.Scheme, host, address.Port).Uri;
        }
    }

    /// <summary>For URLs that a GPU provider calls: <c>PublicUrl</c>, or, where that is not set, this machine.</summary>
    public Uri ForProvider => Public ?? Local;

    private Uri? Public { get; } = settings.PublicUrl is { } url ? new Uri(url.AbsoluteUri.TrimEnd('/') + "/") : null;

    /// <summary>For URLs in the answer to <paramref name="request"/>: <c>PublicUrl</c>, or the host that the caller used.</summary>
    public Uri ForClient(HttpRequest request) => Public ?? new Uri($"{request.Scheme}://{request.Host}/");
}
