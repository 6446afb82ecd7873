using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoExpress.Web.Hosting.Logging;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed partial class LogTests
{
    private const string Key = "the-key-of-this-server";

    [Fact]
    public async Task NoSecret_IsInAnyLine_WhateverIsLoggedAndAtWhateverLevel()
    {
        await using var server = await RunningServer.StartAsync(
            [
                "--ApiKey", Key, "--RUNPOD_API_KEY", "rpa_ABCDEF", "--Logging:Level", "Verbose",
                "--S3_BUCKET", "videos", "--S3_ENDPOINT", "https://s3.example.com", "--S3_ACCESS_KEY", "public", "--S3_SECRET_KEY", "s3\"secret",
            ],
            app => app.MapGet("/bug", string () => throw new InvalidOperationException($"cannot use {Key} nor rpa_ABCDEF")));
        server.App.Services.GetRequiredService<Secrets>().Add("made-later");
        var logger = server.App.Services.GetRequiredService<ILoggerFactory>().CreateLogger("test");
        LogSecrets(logger, "https://store.example.com/a.mp4?X-Amz-Signature=abc123", "s3\"secret", "made-later");

        server.Http.DefaultRequestHeaders.Add("Authorization", $"Bearer {Key}");
        await server.Http.GetAsync("/outputs/a.mp4?expires=1&signature=abc123");
        await server.Http.GetAsync("/webhooks/runpod/abc123");
        await server.Http.GetAsync("/bug");

        var log = server.LogText;
        Assert.Contains("https://store.example.com/a.mp4?***", log, StringComparison.Ordinal);
        Assert.Contains("/outputs/a.mp4", log, StringComparison.Ordinal);
        Assert.Contains("/webhooks/runpod/***", log, StringComparison.Ordinal);
        Assert.Contains("cannot use *** nor ***", log, StringComparison.Ordinal);
        Assert.All(
            [Key, "rpa_ABCDEF", "secret", "made-later", "abc123", "pass-word", "abcdefghijkl123"],
            secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoSecret_IsOnTheConsole()
    {
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0", "--data", "data", "--ApiKey", Key, "--Logging:Level", "Verbose");
        using var http = new HttpClient { BaseAddress = await run.ReadyAsync() };
        http.DefaultRequestHeaders.Add("Authorization", $"Bearer {Key}");

        await http.GetAsync($"/nothing-of-{Key}?signature=abc123");
        await run.SignalAsync("TERM");
        await run.ExitAsync();

        Assert.Contains("/nothing-of-***", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("abc123", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_CarriesJobAndStep_OfItsScope()
    {
        await using var server = await RunningServer.StartAsync();
        var logger = server.App.Services.GetRequiredService<ILoggerFactory>().CreateLogger("test");

        using (logger.BeginScope(new Dictionary<string, object> { ["job_id"] = "0199a3f2-0000-7000-8000-000000000001", ["step"] = "Poll" }))
        {
            LogLook(logger);
        }

        var line = server.LogText.Split('\n').Single(text => text.Contains("looked once", StringComparison.Ordinal));
        var properties = JsonSerializer.Deserialize<JsonElement>(line);
        Assert.Equal("0199a3f2-0000-7000-8000-000000000001", properties.GetProperty("job_id").GetString());
        Assert.Equal("Poll", properties.GetProperty("step").GetString());
    }

    [LoggerMessage(LogLevel.Warning, "put to {Url} with {Key}, {Other}, https://user:pass-word@example.com/a?b=abc123 and Bearer abcdefghijkl123")]
    private static partial void LogSecrets(ILogger logger, string url, string key, string other);

    [LoggerMessage(LogLevel.Information, "looked once")]
    private static partial void LogLook(ILogger logger);
}
