using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>
/// The gateway with its local worker in a process of its own, which a test can kill. The first line that it prints is its endpoint.
/// </summary>
internal static class GatewayProcess
{
    public const string Role = "gateway";

    public static async Task<int> RunAsync(string folder)
    {
        await using var app = GatewayHost.Build(
            folder, GatewayHost.Settings with { LocalWorker = true }, TimeProvider.System, NullLoggerProvider.Instance);
        app.MapGateway();
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<GatewayAddress>().Endpoint);
        await app.WaitForShutdownAsync();
        return 0;
    }
}
