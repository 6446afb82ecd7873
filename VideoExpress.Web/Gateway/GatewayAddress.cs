using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace VideoExpress.Web.Gateway;

/// <summary>Where this host's own gateway can be called from this machine; known once the server listens.</summary>
internal sealed class GatewayAddress(IServer server, GatewaySettings settings)
{
    /// <summary>
    /// <c>http://127.0.0.1:8000/v2/local</c>: the base URL of a client and of the local worker. Null before the server listens. Plain http
    /// is preferred, since a certificate is made out to another name.
    /// </summary>
    public Uri? Endpoint
    {
        get
        {
            var bound = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(address => BindingAddress.Parse(address)).ToList();
            if (bound?.OrderBy(address => address.Scheme).FirstOrDefault() is not { } binding)
            {
                return null;
            }

            var host = binding.Host switch
            {
                "+" or "*" or "0.0.0.0" or "localhost" => "127.0.0.1",
                "[::]" => "[::1]",
                var one => one,
            };
            return new Uri($"{binding.Scheme}://{host}:{binding.Port}/v2/{settings.Endpoint}");
        }
    }
}
