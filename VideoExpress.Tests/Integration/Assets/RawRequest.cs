using System.Net.Sockets;
using System.Text;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>A request on a bare socket that sends less than it promised, so that the test decides when the line breaks.</summary>
internal sealed class RawRequest : IDisposable
{
    private readonly TcpClient _client;

    private RawRequest(TcpClient client) => _client = client;

    public static async Task<RawRequest> SendAsync(Uri server, string method, string path, long contentLength, ReadOnlyMemory<byte> sent, params string[] headers)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        var head = $"{method} {path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Length: {contentLength}\r\n"
            + string.Concat(headers.Select(header => $"{header}\r\n")) + "\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        await client.GetStream().WriteAsync(sent);
        return new RawRequest(client);
    }

    /// <summary>Breaks the line as a lost network does: by a reset.</summary>
    public void Dispose()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Dispose();
    }
}
