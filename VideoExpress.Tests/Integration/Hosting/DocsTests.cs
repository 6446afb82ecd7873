using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using VideoExpress.Web.Auth;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed partial class DocsTests
{
    [Fact]
    public async Task Description_NamesTheApi_AndSpeaksSnakeCase()
    {
        await using var server = await StartAsync();

        var document = await server.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal("VideoExpress", document.GetProperty("info").GetProperty("title").GetString());
        var properties = document.GetProperty("components").GetProperty("schemas").GetProperty("Probe").GetProperty("properties");
        Assert.Equal("integer", properties.GetProperty("frame_count").GetProperty("type").GetString());
        Assert.False(document.GetProperty("components").TryGetProperty("securitySchemes", out _));
    }

    [Fact]
    public async Task Description_AsksForTheKey_WhereTheServerDoes()
    {
        await using var server = await StartAsync("--ApiKey", "key-of-the-server");
        server.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "key-of-the-server");

        var document = await server.Http.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        var scheme = document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Single();
        Assert.Equal("bearer", scheme.Value.GetProperty("scheme").GetString());
        var paths = document.GetProperty("paths");
        Assert.True(paths.GetProperty("/closed").GetProperty("post").GetProperty("security")[0].TryGetProperty(scheme.Name, out _));
        Assert.False(paths.GetProperty("/open").GetProperty("get").TryGetProperty("security", out _));
        Assert.DoesNotContain("key-of-the-server", document.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_LoadsEverythingFromThisServer_AndTheBrowserMayNotDoOtherwise()
    {
        await using var server = await StartAsync();

        using var page = await server.Http.GetAsync("/docs");
        var html = await page.Content.ReadAsStringAsync();

        var parts = References().Matches(html).Select(match => new Uri(page.RequestMessage!.RequestUri!, match.Groups[1].Value)).ToList();
        Assert.NotEmpty(parts);
        Assert.All(parts, part => Assert.Equal(server.Http.BaseAddress!.Authority, part.Authority));
        foreach (var part in parts)
        {
            using var answer = await server.Http.GetAsync(part);
            Assert.True(answer.IsSuccessStatusCode, $"{part} answers {answer.StatusCode}");
        }

        Assert.DoesNotContain("//", html.Replace("<!doctype", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
    }

    [GeneratedRegex("(?:src=|href=|from )[\"']([^\"']+)[\"']")]
    private static partial Regex References();

    private static Task<RunningServer> StartAsync(params string[] options) => RunningServer.StartAsync(options, app =>
    {
        app.MapPost("/closed", (Probe probe) => TypedResults.Ok(probe));
        app.MapOpen().MapGet("/open", () => TypedResults.Ok());
    });

    private sealed record Probe(string Prompt, int FrameCount);
}
