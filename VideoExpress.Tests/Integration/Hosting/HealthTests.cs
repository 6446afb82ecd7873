using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Tests.Unit.Gpu;
using VideoExpress.Web.Endpoints.Health;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed class HealthTests
{
    [Fact]
    public async Task GpuEndpoint_IsLookedAt_BeforeAnybodyAsks()
    {
        var looked = new TaskCompletionSource();
        await using var server = await RunningServer.StartAsync(map: app => app.Use(next => async context =>
        {
            await next(context);
            if (context.Request.Path == "/v2/local/health")
            {
                looked.TrySetResult();
            }
        }));

        await looked.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await Until.TrueAsync(() => server.App.Services.GetRequiredService<GpuConnection>().IsConnected);
        var health = await server.Http.GetFromJsonAsync<JsonElement>("/health");
        Assert.True(health.GetProperty("runpod_connected").GetBoolean());
    }

    [Fact]
    public async Task Head_IsAnsweredAsGet_WithoutABody()
    {
        await using var server = await RunningServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/health");

        using var answer = await server.Http.SendAsync(request);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
    }
}
