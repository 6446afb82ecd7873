using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Fetch;

namespace VideoExpress.Tests.Unit.Fetch;

/// <summary>A real server on loopback that stands in for the internet: names resolve as a test says, public addresses lead to it.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    public static readonly IPAddress Public = IPAddress.Parse("93.184.216.34");

    private readonly WebApplication _app;

    private FileServer(WebApplication app) => _app = app;

    public Dictionary<string, IPAddress[]> Names { get; } = new() { ["example.com"] = [Public] };

    public ConcurrentQueue<IPEndPoint> Dialled { get; } = [];

    public static async Task<FileServer> StartAsync(RequestDelegate answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new FileServer(app);
    }

    public FetchNetwork Network => new(
        (host, _) => Names.TryGetValue(host, out var addresses)
            ? Task.FromResult(addresses)
            : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)),
        (address, token) =>
        {
            Dialled.Enqueue(address);
            return FetchNetwork.Real.Dial(new IPEndPoint(IPAddress.Loopback, Address.Port), token);
        });

    /// <summary>Where it really is.</summary>
    public Uri Address => new(_app.Urls.First());

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
