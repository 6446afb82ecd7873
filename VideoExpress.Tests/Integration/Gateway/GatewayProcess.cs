using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>
/// The test assembly as a program: the gateway with its local worker in a process of its own, which a test can kill. Its one argument is
/// the folder; the first line that it prints is its endpoint.
/// </summary>
internal static class GatewayProcess
{
    public static async Task Main(string[] args)
    {
        await using var app = GatewayHost.Build(
            args[0], GatewayHost.Settings with { LocalWorker = true }, TimeProvider.System, NullLoggerProvider.Instance);
        app.MapGateway();
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<GatewayAddress>().Endpoint);
        await app.WaitForShutdownAsync();
    }
}
