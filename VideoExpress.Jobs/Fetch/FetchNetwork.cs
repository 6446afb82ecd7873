using System.Net;
using System.Net.Sockets;

namespace VideoExpress.Jobs.Fetch;

/// <summary>The network as <see cref="UrlFetcher"/> sees it.</summary>
/// <param name="Resolve">Finds a host's addresses.</param>
/// <param name="Dial">Connects to one address.</param>
internal sealed record FetchNetwork(
    Func<string, CancellationToken, Task<IPAddress[]>> Resolve, Func<IPEndPoint, CancellationToken, Task<Stream>> Dial)
{
    /// <summary>The network of this machine.</summary>
    public static readonly FetchNetwork Real = new(Dns.GetHostAddressesAsync, DialAsync);

    private static async Task<Stream> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
