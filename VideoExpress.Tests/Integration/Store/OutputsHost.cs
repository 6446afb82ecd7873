using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Store;
using VideoExpress.Web.Endpoints.Outputs;
using VideoExpress.Web.Problems;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>A real Kestrel on a free loopback port that serves nothing but <c>/outputs</c>.</summary>
internal sealed class OutputsHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OutputsHost(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.Single());

    public static async Task<OutputsHost> StartAsync(IObjectStore store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(store).AddProblems();
        var app = builder.Build();
        app.UseProblems();
        app.MapOutputs();
        await app.StartAsync();
        return new OutputsHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
