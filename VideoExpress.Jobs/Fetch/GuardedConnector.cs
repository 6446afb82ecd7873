using System.Net;
using System.Net.Sockets;

namespace VideoExpress.Jobs.Fetch;

/// <summary>
/// Connects to hosts named by users. The address checked is the very one connected to, so a name that answers differently the
/// second time gains nothing.
/// </summary>
internal sealed class GuardedConnector(bool allowPrivate, FetchNetwork network, TimeProvider time)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(15);

    /// <summary>The callback of <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="FetchException">The host is unknown, private, or does not answer.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await DialFirstAsync(host, port, await ResolveAsync(host, either.Token), either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FetchException($"{host} could not be reached within {TimeLimit.TotalSeconds:0} seconds.", canHeal: true, e);
        }
    }

    private async Task<IEnumerable<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        IPAddress[] all;
        try
        {
            all = await network.Resolve(host, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new FetchException(
                $"There is no host named {host}, or the name service does not answer. Check the address.", canHeal: true, e);
        }

        var allowed = all.Where(a => allowPrivate || AddressRules.IsPublic(a)).ToList();
        return allowed.Count > 0
            ? allowed
            : throw new FetchException(
                $"{host} is a private or local address, which this server does not fetch from. "
                + "Upload the file instead, or ask the operator to set Fetch:AllowPrivateAddresses.");
    }

    private async Task<Stream> DialFirstAsync(string host, int port, IEnumerable<IPAddress> addresses, CancellationToken cancellationToken)
    {
        SocketException? last = null;
        foreach (var address in addresses)
        {
            try
            {
                return await network.Dial(new IPEndPoint(address, port), cancellationToken);
            }
            catch (SocketException e)
            {
                last = e;
            }
        }

        throw new FetchException($"{host} refuses connections or cannot be reached.", canHeal: true, last);
    }
}
