using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Web;
using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Integration.Hosting;

/// <summary>The real server inside the test's process: a free port, a data folder of its own, no local worker.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("videoexpress-server-").FullName;
    private WebApplication? _app;

    private RunningServer()
    {
    }

    public WebApplication App => _app!;

    public HttpClient Http { get; private set; } = null!;

    public string LogText => string.Concat(Directory.GetFiles(App.Services.GetRequiredService<DataFolder>().Logs).Select(ReadShared));

    public static async Task<RunningServer> StartAsync(
        string[]? options = null, Action<WebApplication>? map = null, Action<IServiceCollection>? adjust = null)
    {
        var server = new RunningServer();
        string[] arguments =
        [
            "--contentRoot", server._folder, "--data", Path.Combine(server._folder, "data"),
            "--urls", "http://127.0.0.1:0", "--Gateway:LocalWorker", "false", .. options ?? [],
        ];
        server._app = Program.Build(arguments, adjust);
        map?.Invoke(server.App);
        await server.App.StartAsync();
        server.Http = new HttpClient { BaseAddress = new Uri(server.App.Urls.First()) };
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // Disposed without a stop, steps would still write into the folder that goes next.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        await App.StopAsync(patience.Token);
        await App.DisposeAsync();
        Http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }
}
