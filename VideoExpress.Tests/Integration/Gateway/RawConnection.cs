using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>One connection on which requests are sent byte for byte as a test writes them, one after another.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly List<byte> _read = [];

    public RawConnection(Uri endpoint)
    {
        _tcp = new TcpClient(endpoint.Host, endpoint.Port);
        _stream = _tcp.GetStream();
    }

    /// <summary>Sends a head, whose lines end as the source file's do, and a body; reads one answer.</summary>
    public async Task<RawAnswer> SendAsync(string head, string body = "")
    {
        await SendOnlyAsync(head, body);
        return await ReadAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Sends, and leaves the answer unread.</summary>
    public async Task SendOnlyAsync(string head, string body = "") =>
        await _stream.WriteAsync(Encoding.UTF8.GetBytes($"{head.ReplaceLineEndings("\r\n").TrimEnd()}\r\n\r\n{body}"));

    public void Dispose() => _tcp.Dispose();

    private async Task<RawAnswer> ReadAsync()
    {
        var lines = new List<string>();
        while (lines is not [.., ""])
        {
            lines.Add(await ReadLineAsync());
        }

        var headers = lines.Skip(1).SkipLast(1).Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        return new RawAnswer(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, await ReadBodyAsync(headers));
    }

    private async Task<string> ReadBodyAsync(Dictionary<string, string> headers)
    {
        if (headers.GetValueOrDefault("Transfer-Encoding") != "chunked")
        {
            return await ReadTextAsync(int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture));
        }

        var body = new StringBuilder();
        while (int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var length)
        {
            body.Append(await ReadTextAsync(length));
            await ReadLineAsync();
        }

        await ReadLineAsync();
        return body.ToString();
    }

    private async Task<string> ReadLineAsync()
    {
        while (true)
        {
            var end = _read.IndexOf((byte)'\n');
            if (end >= 0)
            {
                return (await ReadTextAsync(end + 1)).TrimEnd('\r', '\n');
            }

            await ReadMoreAsync();
        }
    }

    private async Task<string> ReadTextAsync(int length)
    {
        while (_read.Count < length)
        {
            await ReadMoreAsync();
        }

        var text = Encoding.UTF8.GetString([.. _read.Take(length)]);
        _read.RemoveRange(0, length);
        return text;
    }

    private async Task ReadMoreAsync()
    {
        var buffer = new byte[4096];
        var count = await _stream.ReadAsync(buffer);
        Assert.True(count > 0, "The gateway closed the connection.");
        _read.AddRange(buffer[..count]);
    }
}

/// <summary>An answer as it came.</summary>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body);
