using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VideoExpress.Tests.Unit.Gpu;

/// <summary>An HTTP endpoint on loopback that reads a whole request and then does as it is told.</summary>
internal sealed class LyingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Queue<Func<Socket, CancellationToken, Task>> _answers;
    private readonly Task _loop;

    /// <param name="answers">One for each request, in order; the last one for all further ones.</param>
    public LyingServer(params Func<Socket, CancellationToken, Task>[] answers)
    {
        _answers = new(answers);
        _listener.Start();
        _loop = AcceptAsync();
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v2/ep");

    /// <summary>Head and body of each request, as they came.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>It says too that it closes the connection: else the next request might still be sent into it, and never be read.</summary>
    public static Func<Socket, CancellationToken, Task> Says(int status, string body, string headers = "", string type = "application/json") =>
        SaysRaw($"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}");

    public static Func<Socket, CancellationToken, Task> SaysRaw(string answer) =>
        async (socket, token) => await socket.SendAsync(Encoding.UTF8.GetBytes(answer), token);

    public static Task Resets(Socket socket, CancellationToken cancellationToken)
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        return Task.CompletedTask;
    }

    /// <summary>Says a part of an answer, and then does something else.</summary>
    public static Func<Socket, CancellationToken, Task> Begins(string part, Func<Socket, CancellationToken, Task> then) => async (socket, token) =>
    {
        await SaysRaw(part)(socket, token);
        await then(socket, token);
    };

    public static Task Closes(Socket socket, CancellationToken cancellationToken) => Task.CompletedTask;

    public static Task Hangs(Socket socket, CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _loop;
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_end.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    /// <summary>One request a connection: what comes after the answer is the end of it.</summary>
    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                _requests.Enqueue(await ReadRequestAsync(socket));
                Func<Socket, CancellationToken, Task> answer;
                lock (_answers)
                {
                    answer = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
                }

                await answer(socket, _end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The client has gone, or the test is over.
            }
        }
    }

    private async Task<string> ReadRequestAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[65536];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, _end.Token);
            if (read == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            var request = text.ToString();
            var head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0 && Encoding.UTF8.GetByteCount(request[(head + 4)..]) >= ContentLength(request))
            {
                return request;
            }
        }
    }

    private static int ContentLength(string request) => request.Split("\r\n")
        .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
        .Select(line => int.Parse(line["Content-Length:".Length..], CultureInfo.InvariantCulture))
        .FirstOrDefault();
}
