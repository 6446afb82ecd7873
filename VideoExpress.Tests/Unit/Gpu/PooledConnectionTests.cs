using System.Net;
using System.Net.Sockets;
using System.Text;
using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Tests.Unit.Gpu;

/// <summary>
/// A submission on a kept connection that the other side closes at that moment. The handler may repeat a request by itself when such a
/// connection fails; one that may have been read, and be charged, it must not.
/// </summary>
public sealed class PooledConnectionTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly RunPodClient _client;
    private int _connections;
    private int _submissions;

    public PooledConnectionTests()
    {
        _listener.Start();
        _client = ARunPodClient.For(new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v2/ep"));
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _client.Dispose();
        _end.Dispose();
    }

    [Theory]
    [InlineData("reads it all and closes", 0)]
    [InlineData("reads it all and resets", 0)]
    [InlineData("reads its beginning and resets", 5 << 20)]
    [InlineData("reads its beginning and closes", 5 << 20)]
    public async Task ASubmission_IsNeverSentTwice_WhenTheKeptConnectionFailsUnderIt(string server, int extraBytes)
    {
        var serving = ServeAsync(server);
        await _client.GetHealthAsync(default);
        var request = ARunPodClient.Request();
        request.Input["filler"] = new string('x', extraBytes);

        var result = await _client.SubmitAsync(request, default);

        Assert.IsType<SubmitResult.FateUnknown>(result);
        await _end.CancelAsync();
        await serving;
        Assert.Equal((1, 1), (_connections, _submissions));
    }

    [Fact]
    public async Task ASubmission_TakesAnotherConnection_WhenTheKeptOneIsClosedAlready()
    {
        var serving = ServeAsync("closes after a look");
        await _client.GetHealthAsync(default);
        await Until.TrueAsync(() => Volatile.Read(ref _connections) == -1);

        var result = await _client.SubmitAsync(ARunPodClient.Request(), default);

        Assert.IsType<SubmitResult.Accepted>(result);
        await _end.CancelAsync();
        await serving;
        Assert.Equal(1, _submissions);
    }

    private async Task ServeAsync(string how)
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_end.Token);
                Interlocked.Increment(ref _connections);
                await ServeAsync(socket, how);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, string how)
    {
        while (await ReadAsync(socket, how.Contains("beginning", StringComparison.Ordinal)) is { Length: > 0 } request)
        {
            if (!request.StartsWith("POST /v2/ep/run", StringComparison.Ordinal))
            {
                await SayAsync(socket, "{}");
            }
            else if (++_submissions > 0 && how.StartsWith("reads", StringComparison.Ordinal))
            {
                socket.LingerState = new LingerOption(how.EndsWith("resets", StringComparison.Ordinal), 0);
                return;
            }
            else
            {
                await SayAsync(socket, """{"id":"x-u1"}""");
            }

            if (how == "closes after a look" && _submissions == 0)
            {
                socket.Close();
                _connections = -1;
                return;
            }
        }
    }

    private async Task SayAsync(Socket socket, string body) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"), _end.Token);

    /// <summary>A whole request, or what came first of it.</summary>
    private async Task<string> ReadAsync(Socket socket, bool onlyItsBeginning)
    {
        var text = new StringBuilder();
        var buffer = new byte[65536];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, _end.Token)) > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            if (onlyItsBeginning || IsWhole(text.ToString()))
            {
                break;
            }
        }

        return text.ToString();
    }

    private static bool IsWhole(string request) => request.StartsWith("GET", StringComparison.Ordinal)
        ? request.EndsWith("\r\n\r\n", StringComparison.Ordinal)
        : request.EndsWith('}');
}
