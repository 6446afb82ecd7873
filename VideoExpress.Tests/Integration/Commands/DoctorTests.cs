using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Tests.Integration.Hosting;
using VideoExpress.Tests.Unit.Gpu;
using VideoExpress.Tests.Unit.Timeline;
using VideoExpress.Web.Commands.Doctor;
using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Integration.Commands;

/// <summary>The doctor on this machine: each fault has a line of its own, and the other lines are there all the same.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task BesideARunningServer_AllIsWell_AndSignedUrlsAreTried_AndNothingIsLeft()
    {
        await using var server = await StartServerAsync();

        var run = await RunAsync("--urls", server.App.Urls.First());

        Assert.True(run.ExitCode == 0, run.Output);
        run.AssertReports("database", "ok", $"in use by a running server (process {Environment.ProcessId})");
        run.AssertReports("database", "ok", "whole (quick_check), schema jobs ");
        run.AssertReports("address", "ok", $"our server answers at {server.App.Urls.First()}");
        run.AssertReports("store", "ok", "signed URLs put and get");
        run.AssertReports("data folder", "ok", "mode 700");
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(Data, "store"), "*", SearchOption.AllDirectories), _ => true);
        Assert.Empty(Directory.GetFiles(Data, ".doctor-*"));
    }

    [Fact]
    public async Task AfterTheServer_TheStoreIsStillTried()
    {
        await (await StartServerAsync()).DisposeAsync();

        var run = await RunAsync();

        Assert.True(run.ExitCode == 0, run.Output);
        run.AssertReports("store", "ok", "put, read, list and delete work");
        run.AssertReports("store", "ok", "its URLs were not tried, since the server does not run");
    }

    [Fact]
    public async Task WhatLiesHalfWritten_IsClearedByTheServersStart_AndNotByTheDoctor()
    {
        await (await StartServerAsync()).DisposeAsync();
        var incoming = Directory.CreateDirectory(Path.Combine(Data, "store", ".incoming")).FullName;
        var begun = Path.Combine(incoming, "begun");
        await File.WriteAllTextAsync(begun, "a file of another process, made and not locked yet");

        await RunAsync();
        Assert.True(File.Exists(begun));

        await (await StartServerAsync()).DisposeAsync();
        Assert.False(File.Exists(begun));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task ADamagedDatabase_ATakenPort_AFullDisk_AnOpenFolder_AreEachNamed_AndTheRestIsLookedAt()
    {
        await (await StartServerAsync()).DisposeAsync();
        await File.WriteAllBytesAsync(Path.Combine(Data, "videoexpress.db"), new byte[8192]);
        new DirectoryInfo(Data).UnixFileMode |= UnixFileMode.OtherRead;
        await using var other = new LyingServer(LyingServer.Says(200, "<html>", type: "text/html"));

        var run = await RunAsync("--urls", $"http://{other.Endpoint.Authority}", "--Store:MinFreeBytes", $"{long.MaxValue / 4}");

        Assert.Equal(1, run.ExitCode);
        run.AssertReports("database", "FAIL", "is damaged or no SQLite database");
        run.AssertReports("address", "FAIL", "is in use by another program; stop that one, or choose another address with --urls");
        run.AssertReports("data folder", "FAIL", "Make room");
        run.AssertReports("data folder", "warn", $"chmod 700 {Data}");
        run.AssertReports("store", "FAIL", "nearly full");
        run.AssertReports("ffmpeg", "ok", "has the 3 encoders");
    }

    [Fact]
    public async Task APortThatAnotherProgramHolds_WithoutHttp_IsNamed()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var refused = AcceptAndCloseAsync(holder);

        var run = await RunAsync("--urls", $"http://{holder.LocalEndpoint}");

        run.AssertReports("address", "FAIL", "is in use by another program");
        holder.Stop();
        await refused;
    }

    [Fact]
    public async Task ADatabaseOfANewerVersion_IsNamed()
    {
        await (await StartServerAsync()).DisposeAsync();
        Change("update schema_versions set version = 99 where name = 'jobs'");

        var run = await RunAsync();

        run.AssertReports("database", "FAIL", "has version 99 of the schema \"jobs\"");
    }

    [Fact]
    public async Task WithoutFfmpegAndFonts_TheirLinesSayWhatToInstall()
    {
        using var process = CommandRun.Start(
            new Dictionary<string, string> { ["PATH"] = "/nonexistent" }, "doctor", "--contentRoot", _folder.Path, "--urls", "http://127.0.0.1:0");

        var run = await CommandRun.EndOfAsync(process);

        Assert.Equal(1, run.ExitCode);
        run.AssertReports("ffmpeg", "FAIL", "apt-get install ffmpeg");
        run.AssertReports("fonts", "warn", "apt-get install fontconfig");
    }

    [Theory]
    [InlineData(401, "{}", "FAIL", "check RUNPOD_API_KEY")]
    [InlineData(404, "{}", "FAIL", "check RUNPOD_ENDPOINT")]
    [InlineData(200, """{"jobs":{"inQueue":1},"workers":{"idle":0,"running":0}}""", "warn", "has no workers")]
    [InlineData(200, """{"jobs":{"inQueue":1},"workers":{"idle":2,"running":1}}""", "ok", "answers; workers: 3, requests waiting: 1")]
    public async Task TheGpuEndpointsAnswer_IsPutInWords(int status, string body, string verdict, string words)
    {
        await using var provider = new LyingServer(LyingServer.Says(status, body));

        var run = await RunAsync("--RUNPOD_ENDPOINT", provider.Endpoint.AbsoluteUri, "--RUNPOD_API_KEY", "rp-secret-key");

        run.AssertReports("gpu", verdict, words);
        Assert.DoesNotContain("rp-secret-key", run.Output, StringComparison.Ordinal);
        Assert.Equal(verdict == "FAIL" ? 1 : 0, run.ExitCode);
    }

    [Fact]
    public async Task APublicUrlThatLeadsElsewhere_IsNamed_WhileTheServerRuns()
    {
        await using var server = await StartServerAsync();
        await using var other = new LyingServer(LyingServer.Says(502, "<html>", type: "text/html"));
        var url = $"http://{other.Endpoint.Authority}/";

        var run = await RunAsync("--urls", server.App.Urls.First(), "--PublicUrl", url);

        run.AssertReports("public url", "FAIL", $"{url} answers 502 and is not our server");
    }

    [Fact]
    public async Task EachCheck_EndsInItsTime_AndSaysWhatItThrew()
    {
        using var subject = new Subject(new AppSettings(), origin: null, TimeProvider.System);

        var slow = await new Check("slow", (_, token) => Never(token)) { Timeout = TimeSpan.FromMilliseconds(50) }.FindAsync(subject, needed: null, default);
        var broken = await new Check("broken", (_, _) => throw new InvalidOperationException("It broke.")).FindAsync(subject, needed: null, default);

        Assert.Equal((Verdict.Fail, true), (slow[0].Verdict, slow[0].Text.StartsWith("not done within", StringComparison.Ordinal)));
        Assert.Equal(Finding.Fail("It broke.").Text, broken[0].Text);
    }

    [Fact]
    public void EveryFilterOfAFilm_IsAmongThoseThatAreLookedFor()
    {
        var plan = Clips.Plan(Clips.Facts(width: 640, height: 640), Clips.Facts(audio: false));
        string[] graphs = [.. FfmpegArguments.Sound(plan).Options, .. Enumerable.Range(0, plan.Spans.Count).SelectMany(i => FfmpegArguments.Span(plan, i).Options)];

        var used = graphs.Where(option => option.Contains('[')).SelectMany(graph => graph.Split(',', ';'))
            .Select(part => System.Text.RegularExpressions.Regex.Match(part, @"^(?:\[[^\]]*\])*([a-z]+)").Groups[1].Value)
            .Where(name => name.Length > 0).Distinct().ToList();

        Assert.Contains("tpad", used);
        Assert.Empty(used.Except(FfmpegCheck.Filters));
    }

    private static async IAsyncEnumerable<Finding> Never([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        yield break;
    }

    private static async Task AcceptAndCloseAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                (await listener.AcceptSocketAsync()).Dispose();
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    /// <summary>A server that has signed a URL.</summary>
    private async Task<RunningServer> StartServerAsync()
    {
        var server = await RunningServer.StartAsync(["--data", Data]);
        server.App.Services.GetRequiredService<IObjectStore>();
        return server;
    }

    private Task<CommandRun> RunAsync(params string[] options) => CommandRun.RunAsync(
        ["doctor", "--contentRoot", _folder.Path, "--data", Data, "--urls", "http://127.0.0.1:0", "--Gateway:LocalWorker", "false", .. options]);

    private void Change(string sql)
    {
        using var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(Data, "videoexpress.db"), Pooling = false }.ToString());
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
