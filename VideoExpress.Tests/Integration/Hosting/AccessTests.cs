using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using VideoExpress.Web.Auth;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed class AccessTests
{
    private const string Key = "a-key-that-is-long-enough";

    [Theory]
    [InlineData("Host", "evil.example.com")]
    [InlineData("Host", "localhost.evil.example.com:8000")]
    [InlineData("Host", "127.0.0.1.evil.example.com")]
    [InlineData("Host", "192.168.1.5")]
    [InlineData("Origin", "https://evil.example.com")]
    [InlineData("Origin", "http://localhost.evil.example.com")]
    [InlineData("Origin", "null")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task RequestThatIsNotLocal_Gets403_WithoutAKey(string header, string value)
    {
        await using var server = await StartAsync();

        foreach (var path in new[] { "/closed", "/open", "/hangfire", "/docs/", "/openapi/v1.json", "/nowhere" })
        {
            using var answer = await SendAsync(server, path, header, value);

            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [InlineData("Host", "localhost")]
    [InlineData("Host", "LOCALHOST:1234")]
    [InlineData("Host", "127.0.0.1:8000")]
    [InlineData("Host", "[::1]:8000")]
    [InlineData("Origin", "http://localhost:5173")]
    [InlineData("Origin", "http://127.0.0.1")]
    [InlineData("Origin", "http://[::1]:8000")]
    public async Task LocalRequest_Passes_WithoutAKey(string header, string value)
    {
        await using var server = await StartAsync();

        using var answer = await SendAsync(server, "/closed", header, value);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer")]
    [InlineData($"Bearer {Key}x")]
    [InlineData(Key)]
    [InlineData($"Basic {Key}")]
    public async Task CallWithoutTheKey_Gets401_AndNothingButOpenEndpointsIsExempt(string? authorization)
    {
        await using var server = await StartAsync("--ApiKey", Key);

        foreach (var path in new[] { "/closed", "/hangfire", "/docs/", "/openapi/v1.json", "/nowhere" })
        {
            using var answer = await SendAsync(server, path, "Authorization", authorization);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.NotEmpty(answer.Headers.WwwAuthenticate);
        }

        using var open = await SendAsync(server, "/open", "Authorization", authorization);
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }

    [Fact]
    public async Task CallWithTheKey_Passes_FromAnywhere()
    {
        await using var server = await StartAsync("--ApiKey", Key);
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);

        using var proxied = await SendAsync(server, "/closed", "X-Forwarded-For", "203.0.113.9");
        using var named = await SendAsync(server, "/closed", "Host", "video.example.com");

        Assert.Equal(HttpStatusCode.OK, proxied.StatusCode);
        Assert.Equal(HttpStatusCode.OK, named.StatusCode);
    }

    [Fact]
    public async Task KeyAsPassword_OpensPagesForBrowsers_ButNoApi()
    {
        await using var server = await StartAsync("--ApiKey", Key);
        var basic = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Key}"))}";

        using var docs = await SendAsync(server, "/docs/", "Authorization", basic);
        using var api = await SendAsync(server, "/closed", "Authorization", basic);
        using var challenged = await SendAsync(server, "/docs/", "Authorization", null);

        Assert.Equal(HttpStatusCode.OK, docs.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
        Assert.Equal("Basic", challenged.Headers.WwwAuthenticate.Single().Scheme);
    }

    private static Task<RunningServer> StartAsync(params string[] options) => RunningServer.StartAsync(options, app =>
    {
        app.MapGet("/closed", () => "closed");
        app.MapOpen().MapGet("/open", () => "open");
    });

    private static async Task<HttpResponseMessage> SendAsync(RunningServer server, string path, string header, string? value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return await server.Http.SendAsync(request);
    }
}
