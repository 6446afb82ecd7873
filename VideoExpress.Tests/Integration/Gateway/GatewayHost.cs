using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>The gateway alone in a real host, on loopback and a real file.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    /// <summary>A worker of this id is cut off at the moment its answer is written.</summary>
    public const string CutOffWorker = "cut-off";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, int> _held = new();
    private readonly ConcurrentDictionary<string, int> _asked = new();

    private GatewayHost(WebApplication app)
    {
        _app = app;
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 });
    }

    public HttpClient Http { get; }

    public Uri Endpoint => _app.Services.GetRequiredService<GatewayAddress>().Endpoint!;

    public GatewayKeys Keys => _app.Services.GetRequiredService<GatewayKeys>();

    public SQLiteStorage Storage => _app.Services.GetRequiredService<SQLiteStorage>();

    public LocalWorkerState Local => _app.Services.GetRequiredService<LocalWorkerState>();

    public Workers Workers => _app.Services.GetRequiredService<Workers>();

    public static GatewaySettings Settings => new() { LocalWorker = false, HoldTime = TimeSpan.FromSeconds(5) };

    public static async Task<GatewayHost> StartAsync(
        TempFolder folder, GatewaySettings? settings = null, TimeProvider? time = null, ILoggerProvider? log = null,
        Func<IObjectStore, IObjectStore>? store = null)
    {
        var app = Build(folder.Path, settings ?? Settings, time ?? TimeProvider.System, log ?? NullLoggerProvider.Instance, store);
        var host = new GatewayHost(app);
        app.Use(host.WatchAsync);
        app.MapGateway();
        await app.StartAsync();
        return host;
    }

    /// <summary>The host without its calls; the database and the keys lie in <paramref name="folder"/>, which is the content root, too.</summary>
    public static WebApplication Build(
        string folder, GatewaySettings settings, TimeProvider time, ILoggerProvider log, Func<IObjectStore, IObjectStore>? store = null)
    {
        var files = ObjectStores.Create(new StoreSettings(), folder, time);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = folder });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services
            .AddSingleton(time)
            .AddSingleton(_ => new SQLiteStorage(Path.Combine(folder, "videoexpress.db"), new SQLiteStorageOptions { TimeProvider = time }))
            .AddSingleton(new ServerAddress(null))
            .AddSingleton(store?.Invoke(files) ?? files)
            .AddSingleton<AttemptFiles>()
            .AddGateway(settings, folder);
        return builder.Build();
    }

    public RunPodClient Client() =>
        new(RunPodClient.CreateHandler(), Endpoint, Keys.Client, TimeProvider.System, NullLogger<RunPodClient>.Instance);

    public HttpWorker Worker(string id) => new(Http, Endpoint, Keys.Worker, id);

    public IObjectStore Store => _app.Services.GetRequiredService<IObjectStore>();

    /// <summary>The last part of a path whose answers are cut off at the moment they are written.</summary>
    public string CutOff { get; set; } = CutOffWorker;

    /// <summary>How many calls whose path begins so are being answered.</summary>
    public int Held(string call) => _held.GetValueOrDefault(call);

    /// <summary>How many calls whose path begins so there were.</summary>
    public int Asked(string call) => _asked.GetValueOrDefault(call);

    /// <summary>A client's call: its status and body.</summary>
    public async Task<(int Status, string Body)> CallAsync(string method, string path, string? body = null)
    {
        using var content = body is null ? null : new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await SendAsync(new HttpMethod(method), path, content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? authorization = null)
    {
        using var request = new HttpRequestMessage(method, $"{Endpoint}/{path}") { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", authorization ?? $"Bearer {Keys.Client}");
        return await Http.SendAsync(request);
    }

    public async Task<HttpResponseMessage> RunAsync(string body)
    {
        using var content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
        return await SendAsync(HttpMethod.Post, "run", content);
    }

    public Task StopAsync() => _app.StopAsync();

    /// <summary>The first sign of shutdown; the server still answers.</summary>
    public void BeginStop() => _app.Lifetime.StopApplication();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Http.Dispose();
    }

    private async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        var parts = context.Request.Path.Value!.Split('/');
        var call = parts[3];
        if (parts[^1] == CutOff)
        {
            context.Response.Body = new BrokenStream();
        }

        _asked.AddOrUpdate(call, 1, (_, count) => count + 1);
        _held.AddOrUpdate(call, 1, (_, count) => count + 1);
        try
        {
            await next(context);
        }
        finally
        {
            _held.AddOrUpdate(call, 0, (_, count) => count - 1);
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("The connection is gone.");
    }
}
