using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;
using VideoExpress.Web.Endpoints.Health;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed class GpuConnectionTests
{
    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Health_IsAnswered_WhileTheProviderHangs()
    {
        var hungUp = new TaskCompletionSource();
        await using var provider = new LyingServer(async (socket, token) =>
        {
            await socket.ReceiveAsync(new byte[1], SocketFlags.None, token); // until the caller has had enough
            hungUp.SetResult();
        });
        await using var server = await RunningServer.StartAsync(
            ["--RunPod:Endpoint", provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", "key"]);
        await Until.TrueAsync(() => provider.Requests.Count == 1);

        var health = await server.Http.GetFromJsonAsync<JsonElement>("/health");

        Assert.False(hungUp.Task.IsCompleted);
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.False(health.GetProperty("runpod_connected").GetBoolean());
    }

    [Fact]
    public async Task WhatIsTold_IsNeverOlderThanTenSeconds()
    {
        var time = new FakeTimeProvider();
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        await using var provider = new LyingServer(LyingServer.Says(200, "{}"), LyingServer.Hangs, LyingServer.Says(200, "{}"));
        using var endpoints = new GpuEndpoints(
            new RunPodSettings { Endpoint = provider.Endpoint, ApiKey = "key" },
            (endpoint, _) => ARunPodClient.For(endpoint, time),
            () => throw new NotSupportedException());
        using var connection = new GpuConnection(endpoints, time, lifetime);
        await connection.StartAsync(default);
        Assert.Empty(provider.Requests);

        lifetime.NotifyStarted();
        await Until.TrueAsync(() => connection.IsConnected);
        var told = time.GetUtcNow();
        await PassAsync(() => provider.Requests.Count == 2);
        Assert.InRange(time.GetUtcNow() - told, FiveSeconds, FiveSeconds * 2);
        Assert.True(connection.IsConnected);
        time.Advance(FiveSeconds);
        await Until.TrueAsync(() => !connection.IsConnected);
        Assert.Equal("The GPU provider did not answer in time.", connection.Problem);
        await PassAsync(() => connection.IsConnected);
        Assert.Null(connection.Problem);

        await connection.StopAsync(default);

        // The pause begins a moment after what the test has seen.
        Task PassAsync(Func<bool> until) => Until.TrueAsync(() =>
        {
            time.Advance(FiveSeconds / 200);
            return until();
        });
    }
}
