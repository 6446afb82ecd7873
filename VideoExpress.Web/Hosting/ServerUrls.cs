using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VideoExpress.Jobs;

namespace VideoExpress.Web.Hosting;

/// <summary>The base of absolute URLs, with a slash at its end.</summary>
internal sealed class ServerUrls(ServerAddress address, IServer server)
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

    /// <summary>For URLs in the answer to <paramref name="request"/>: <c>PublicUrl</c>, or the host that the caller used.</summary>
    public Uri ForClient(HttpRequest request) => address.Public ?? new Uri($"{request.Scheme}://{request.Host}/");
}
