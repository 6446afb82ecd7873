using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>Where the server listens: it answers there, or the port is free.</summary>
internal static class AddressCheck
{
    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var addresses = ServerSeen.LocalAddresses(subject.Settings.Host).ToList();
        if (addresses.Count == 0)
        {
            yield return Finding.Ok("the system chooses a port at each start");
        }

        foreach (var address in addresses)
        {
            yield return await ServerSeen.AskAsync(subject.Http, address, cancellationToken) switch
            {
                (_, { Problem: { } problem }) => Finding.Warn($"the server that answers at {address} says: {problem}"),
                (_, { } server) => Finding.Ok($"our server answers at {address} (version {server.Version})"),
                (not null, _) => Taken(address),
                _ => await Free(address, cancellationToken),
            };
        }
    }

    private static Finding Taken(Uri address) =>
        Finding.Fail($"{address} is in use by another program; stop that one, or choose another address with --urls.");

    private static async Task<Finding> Free(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            var host = await Dns.GetHostAddressesAsync(address.DnsSafeHost, cancellationToken);
            using var listener = new TcpListener(host[0], address.Port);
            listener.Start();
            return Finding.Ok($"{address} is free; no server runs there now");
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? Taken(address)
                : Finding.Fail($"Nothing can listen on {address}: {error.Message}. Choose another address with --urls.");
        }
    }
}
