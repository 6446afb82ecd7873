using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;

namespace VideoExpress.Tests.Integration.Hosting;

public sealed class StartTests
{
    [Fact]
    public async Task WrongSettings_EndWithCode2_ASentenceForEach_AndNothingCreated()
    {
        await using var run = ServerRun.Start("--Gateway:PingInterval", "abc", "--urls", "http://0.0.0.0:0", "--Hangfire:Workers", "0");

        Assert.Equal(2, await run.ExitAsync());
        Assert.Equal(2, run.Errors.Split('\n').Length);
        Assert.Contains("Gateway:PingInterval: \"abc\" is not a duration such as 00:00:10", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", run.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(run.Folder));
    }

    [Fact]
    public async Task OpenAddress_IsRefused_WithoutAnApiKey()
    {
        await using var run = ServerRun.Start("--urls", "http://0.0.0.0:0");

        Assert.Equal(2, await run.ExitAsync());
        Assert.Equal("Urls: http://0.0.0.0:0 can be reached from other machines, so ApiKey must be set as well.", run.Errors);
        Assert.Empty(Directory.GetFileSystemEntries(run.Folder));
    }

    [Fact]
    public async Task AddressInUse_EndsWithCode1_AndASentenceThatNamesIt()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var run = ServerRun.Start("--urls", $"http://{taken.LocalEndpoint}");

        Assert.Equal(1, await run.ExitAsync());
        Assert.Equal($"http://{taken.LocalEndpoint} is in use by another program; stop that one, or choose another address with --urls.", run.Errors);
        Assert.DoesNotContain(" at ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataFolderOfARunningServer_EndsWithCode1_AndASentenceThatNamesIt()
    {
        await using var first = ServerRun.Start("--urls", "http://127.0.0.1:0", "--data", "data");
        var address = await first.ReadyAsync();
        await using var second = first.StartAnother("--urls", "http://127.0.0.1:0", "--data", "data");

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("videoexpress.db' is in use by process", Assert.Single(second.Errors.Split('\n')), StringComparison.Ordinal);
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(address, "/openapi/v1.json"));
        Assert.True(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task DataFolderThatCannotBeMade_EndsWithCode1_AndASentence()
    {
        await using var run = ServerRun.Start("--data", "/proc/videoexpress");

        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains("/proc/videoexpress", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Split('\n'));
    }

    [Fact]
    public async Task DatabaseThatIsNone_EndsWithCode1_AndASentenceThatNamesItAndTheRemedy()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("notes.txt"), string.Concat(Enumerable.Repeat("no database ", 1000)));
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0", "--Database", folder.File("notes.txt"));

        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains("notes.txt is not a whole SQLite database. Move it away", Assert.Single(run.Errors.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DatabaseThatCannotBeOpened_EndsWithCode1_AndASentenceThatNamesItAndTheRemedy()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.File("video.db"));
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0", "--Database", folder.File("video.db"));

        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains("video.db' is a folder. Name a file in it", Assert.Single(run.Errors.Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Signal_EndsTheServer_WithCode0(string signal)
    {
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0", "--data", "data");
        await run.ReadyAsync();

        await run.SignalAsync(signal);

        Assert.Equal(0, await run.ExitAsync());
        Assert.Equal("", run.Errors);
        Assert.True(Directory.Exists(Path.Combine(run.Folder, "data")));
    }

    [Fact]
    public async Task Signal_EndsTheServerWithin10Seconds_EvenWhileSomebodySendsARequestForEver()
    {
        await using var run = ServerRun.Start("--urls", "http://127.0.0.1:0", "--data", "data");
        var address = await run.ReadyAsync();
        using var open = new TcpClient(address.Host, address.Port);
        await open.GetStream().WriteAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray());

        var clock = Stopwatch.StartNew();
        await run.SignalAsync("TERM");

        Assert.Equal(0, await run.ExitAsync());
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Stop_EndsOpenRequests_AfterAMoment()
    {
        var (began, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var server = await RunningServer.StartAsync(map: app => app.MapGet("/events", async (CancellationToken gone) =>
        {
            using var end = gone.Register(ended.SetResult);
            began.SetResult();
            await ended.Task;
        }));
        var request = server.Http.GetAsync("/events");
        await began.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var clock = Stopwatch.StartNew();
        await server.App.StopAsync();

        Assert.True(ended.Task.IsCompletedSuccessfully);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        using var answer = await request;
    }
}
