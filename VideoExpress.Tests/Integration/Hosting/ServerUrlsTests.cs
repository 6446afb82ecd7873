using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs;
using VideoExpress.Web.Hosting;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed class ServerUrlsTests
{
    [Fact]
    public async Task Urls_AreOfTheRequestAndOfThisMachine_WithoutAPublicUrl()
    {
        await using var server = await StartAsync();

        Assert.Equal($"http://localhost:{server.Http.BaseAddress!.Port}/", await ForClientAsync(server));
        Assert.Equal(server.Http.BaseAddress, server.App.Services.GetRequiredService<ServerAddress>().ForProvider);
        Assert.Equal(server.Http.BaseAddress, Urls(server).Local);
    }

    [Theory]
    [InlineData("https://video.example.com", "https://video.example.com/")]
    [InlineData("https://example.com/video/", "https://example.com/video/")]
    public async Task Urls_AreBelowThePublicUrl_WhereItIsSet(string setting, string expected)
    {
        await using var server = await StartAsync("--PublicUrl", setting, "--ApiKey", "key");
        server.Http.DefaultRequestHeaders.Add("Authorization", "Bearer key");

        Assert.Equal(expected, await ForClientAsync(server));
        Assert.Equal(new Uri(expected), server.App.Services.GetRequiredService<ServerAddress>().ForProvider);
        Assert.Equal(server.Http.BaseAddress, Urls(server).Local);
    }

    private static ServerUrls Urls(RunningServer server) => server.App.Services.GetRequiredService<ServerUrls>();

    private static Task<string> ForClientAsync(RunningServer server) =>
        server.Http.GetStringAsync($"http://localhost:{server.Http.BaseAddress!.Port}/url");

    private static Task<RunningServer> StartAsync(params string[] options) => RunningServer.StartAsync(
        options, app => app.MapGet("/url", (HttpRequest request, ServerUrls urls) => urls.ForClient(request).AbsoluteUri));
}
