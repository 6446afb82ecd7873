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

    /// <summary>What the server answers, as far as it comes at once.</summary>
    public async Task<string> AnswerAsync()
    {
        var buffer = new byte[16 << 10];
        return Encoding.UTF8.GetString(buffer, 0, await _client.GetStream().ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
    }

    /// <summary>Breaks the line as a lost network does: by a reset.</summary>
    public void Dispose()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Dispose();
    }
}
