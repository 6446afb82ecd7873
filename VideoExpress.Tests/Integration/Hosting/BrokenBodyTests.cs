using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Assets;

namespace VideoExpress.Tests.Integration.Hosting;

/// <summary>A client that is gone in the middle of its body is no fault of the server.</summary>
public sealed class BrokenBodyTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("POST", "/jobs", "{\"type\":", "Content-Type: application/json")]
    [InlineData("POST", "/assets", "abc", "Content-Type: video/mp4")]
    [InlineData("POST", "/assets", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc", "Content-Type: multipart/form-data; boundary=b")]
    [InlineData("PUT", "/outputs", "abc", "Content-Type: video/mp4")]
    public async Task ABodyThatBreaksOff_IsNoMistakeOfTheServer(string method, string path, string sent, string header)
    {
        var server = _server.Http.BaseAddress!;
        if (path == "/outputs")
        {
            var key = StoreKey.Inbox(Guid.Empty, Guid.Empty, "video.mp4");
            path = _server.App.Services.GetRequiredService<IObjectStore>().PresignPut(key, TimeSpan.FromMinutes(1), server).PathAndQuery;
        }

        for (var time = 0; time < 10; time++)
        {
            using var request = await RawRequest.SendAsync(server, method, path, 1_000_000, System.Text.Encoding.ASCII.GetBytes(sent), header);
            await Task.Delay(TimeSpan.FromMilliseconds(20 * (time % 3)), TimeProvider.System);
        }

        await _server.App.StopAsync();
        Assert.DoesNotContain("mistake of the server", _server.LogText, StringComparison.Ordinal);
        Assert.DoesNotContain("\"@l\":\"Error\"", _server.LogText, StringComparison.Ordinal);
    }
}
