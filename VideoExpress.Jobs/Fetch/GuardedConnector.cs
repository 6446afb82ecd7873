using System.Net;
using System.Net.Sockets;

namespace VideoExpress.Jobs.Fetch;

/// <summary>
/// Connects to hosts named by users. The address checked is the very one connected to, so a name that answers differently the
/// second time gains nothing.
/// </summary>
internal sealed class GuardedConnector(bool allowPrivate, FetchNetwork network, TimeProvider time)
{
    /// <summary>A mistyped address is the commonest cause: its owner should hear of it within seconds.</summary>
    private const int Tries = 4;

    // For the name service, and for each address: one that swallows packets must not keep us from the next.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    /// <summary>The callback of <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="FetchException">The host is unknown, private, or does not answer.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        Exception? last = null;
        foreach (var address in await ResolveAsync(host, cancellationToken))
        {
            try
            {
                return await WithinLimitAsync(token => network.Dial(new IPEndPoint(address, port), token), cancellationToken);
            }
            catch (Exception e) when (IsFailure(e, cancellationToken))
            {
                last = e;
            }
        }

        throw new FetchException($"{host} refuses connections or cannot be reached.", canHeal: true, last) { TriesAtMost = Tries };
    }

    private async Task<IEnumerable<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        IPAddress[] all;
        try
        {
            all = await WithinLimitAsync(token => network.Resolve(host, token), cancellationToken);
        }
        catch (Exception e) when (IsFailure(e, cancellationToken))
        {
            throw new FetchException(
                $"There is no host named {host}, or the name service does not answer. Check the address.", canHeal: true, e)
            { TriesAtMost = Tries };
        }

        var allowed = all.Where(a => allowPrivate || AddressRules.IsPublic(a)).ToList();
        return allowed.Count > 0
            ? allowed
            : throw new FetchException(
                $"{host} is a private or local address, which this server does not fetch from. "
                + "Upload the file instead, or ask the operator to set Fetch:AllowPrivateAddresses.");
    }

    private async Task<T> WithinLimitAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await work(either.Token);
    }

    private static bool IsFailure(Exception e, CancellationToken cancellationToken) =>
        e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
