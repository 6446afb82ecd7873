using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Tests.Unit.Gpu;
using VideoExpress.Web.Gateway;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>Real processes: a worker on Python under supervision of the gateway's host.</summary>
public sealed class LocalWorkerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public LocalWorkerTests()
    {
        var worker = Directory.CreateDirectory(Path.Combine(_folder.Path, "worker")).FullName;
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Integration", "Gateway", "fake_worker.py"), Path.Combine(worker, "handler.py"));
    }

    private static GatewaySettings Supervised => GatewayHost.Settings with { LocalWorker = true };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task LocalWorker_Works_AndIsToldNoneOfTheHostsSecrets()
    {
        Environment.SetEnvironmentVariable("RUNPOD_OF_THE_HOST", "secret");
        Environment.SetEnvironmentVariable("Section__OfTheHost", "secret");
        await using var host = await GatewayHost.StartAsync(_folder, Supervised);
        using var client = host.Client();

        var output = await OutputAsync(client, "echo");

        Assert.StartsWith("local-", output["worker"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "RUNPOD_AI_API_KEY", "RUNPOD_ENDPOINT_ID", "RUNPOD_PING_INTERVAL", "RUNPOD_POD_ID", "RUNPOD_SKIP_AUTO_SYSTEM_CHECKS",
                "RUNPOD_SKIP_GPU_CHECK", "RUNPOD_WEBHOOK_GET_JOB", "RUNPOD_WEBHOOK_PING", "RUNPOD_WEBHOOK_POST_OUTPUT", "VIDEOEXPRESS_PARENT_PIPE",
            ],
            output["names"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Equal((1, null), (await client.GetHealthAsync(default) is var health ? health.Workers.Idle : 0, health.Problem));
    }

    [Fact]
    public async Task LocalWorker_SpeaksThroughTheLog_WithoutSignatures()
    {
        using var log = new ListLog();
        await using var host = await GatewayHost.StartAsync(_folder, Supervised, log: log);

        await Until.TrueAsync(() => log.Lines.Count(line => line.Category.EndsWith(nameof(WorkerProcess), StringComparison.Ordinal)) == 3);

        Assert.Contains((LogLevel.Information, "ready"), log.Texts);
        Assert.Contains((LogLevel.Error, "cannot put https://store.example/inbox/a?… now"), log.Texts);
        Assert.Contains((LogLevel.Warning, "a loose word"), log.Texts);
    }

    [Fact]
    public async Task KilledWorker_IsStartedAgain_ItsChildrenEnded_AndItsRequestHandedOutAgain()
    {
        await using var host = await GatewayHost.StartAsync(_folder, Supervised);
        using var client = host.Client();
        var id = await AcceptedAsync(client, "hang_with_child");
        var (worker, child) = await PidsAsync(client, id);

        Kill(worker);

        await Until.TrueAsync(() => !IsAlive(worker) && !IsAlive(child), seconds: 5);
        await Until.TrueAsync(async () => await client.GetStatusAsync(id, default) is { Retries: 1, State: GpuState.InProgress, Phase: not null });
        Assert.NotEqual((worker, child), await PidsAsync(client, id));
    }

    [Theory]
    [InlineData("echo")]
    [InlineData("ignore_sigterm")]
    public async Task Worker_EndsWithItsHost(string @do)
    {
        int worker;
        var begun = Stopwatch.StartNew();
        await using (var host = await GatewayHost.StartAsync(_folder, Supervised))
        {
            using var client = host.Client();
            worker = (await OutputAsync(client, @do))["pid"]!.GetValue<int>();
            begun.Restart();
        }

        Assert.False(IsAlive(worker));
        Assert.InRange(begun.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Worker_EndsWithin5Seconds_WhenItsHostIsKilled_AndItsRequestGoesOnAfterTheRestart()
    {
        using var first = await StartProcessAsync();
        using var client = ClientOf(first);
        var id = await AcceptedAsync(client, "hang_with_child");
        var (worker, child) = await PidsAsync(client, id);

        first.Host.Kill();
        await Until.TrueAsync(() => !IsAlive(worker), seconds: 5);
        Kill(child);

        using var second = await StartProcessAsync();
        using var again = ClientOf(second);
        var (newWorker, newChild) = await PidsAsync(again, id);
        Assert.NotEqual(worker, newWorker);
        Assert.Equal(1, (await again.GetStatusAsync(id, default)).Retries);
        second.Host.Kill();
        await Until.TrueAsync(() => !IsAlive(newWorker), seconds: 5);
        Kill(newChild);
    }

    [Fact]
    public async Task WorkerThatEndsAtOnce_IsStartedLessAndLessOften_AndHealthSaysSo()
    {
        var time = new FakeTimeProvider();
        var starts = Path.Combine(_folder.Path, "starts");
        await File.WriteAllTextAsync(
            Path.Combine(_folder.Path, "worker", "handler.py"), $"open('{starts}', 'a').write('x')\nraise SystemExit(3)");
        await using var host = await GatewayHost.StartAsync(_folder, Supervised, time);
        using var client = host.Client();

        var times = new List<TimeSpan>();
        var begun = time.GetUtcNow();
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
            if (File.Exists(starts) && new FileInfo(starts).Length > times.Count)
            {
                times.Add(time.GetUtcNow() - begun);
            }

            return times.Count == 4;
        });

        Assert.All(times.Zip(times.Skip(1), (one, next) => next - one).Zip([1, 2, 4]), pause => Assert.True(pause.First.TotalSeconds >= pause.Second));
        Assert.Contains("It is started again", (await client.GetHealthAsync(default)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingScript_IsShownWithItsRemedy()
    {
        using var nothing = new TempFolder();
        var (command, problem) = WorkerCommand.Find(nothing.Path);

        Assert.Null(command);
        Assert.Contains("worker/handler.py is missing", problem, StringComparison.Ordinal);
    }

    private static Task<string> AcceptedAsync(RunPodClient client, string @do) =>
        client.AcceptedAsync(with: request => request with { Input = new JsonObject { ["do"] = @do } });

    private static async Task<JsonNode> OutputAsync(RunPodClient client, string @do)
    {
        var id = await AcceptedAsync(client, @do);
        GpuStatus status = null!;
        await Until.TrueAsync(async () => (status = await client.GetStatusAsync(id, default)).State == GpuState.Completed);
        return JsonNode.Parse(status.Output!.Value.GetRawText())!;
    }

    /// <summary>The process ids of the worker that hangs and of its child, as it reports them.</summary>
    private static async Task<(int Worker, int Child)> PidsAsync(RunPodClient client, string id)
    {
        GpuStatus status = null!;
        await Until.TrueAsync(async () => (status = await client.GetStatusAsync(id, default)).Phase is not null);
        var pids = status.Phase!.Split(' ').Select(pid => int.Parse(pid, CultureInfo.InvariantCulture)).ToArray();
        return (pids[0], pids[1]);
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    private RunPodClient ClientOf(HostProcess host) => new(
        RunPodClient.CreateHandler(), host.Endpoint, File.ReadAllText(Path.Combine(_folder.Path, "gateway-client.key")), TimeProvider.System,
        NullLogger<RunPodClient>.Instance);

    private async Task<HostProcess> StartProcessAsync()
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(LocalWorkerTests).Assembly.Location, GatewayProcess.Role, _folder.Path])
        {
            RedirectStandardOutput = true,
        })!;
        return new HostProcess(process, new Uri((await process.StandardOutput.ReadLineAsync())!));
    }

    private sealed record HostProcess(Process Host, Uri Endpoint) : IDisposable
    {
        public void Dispose()
        {
            Host.Kill();
            Host.Dispose();
        }
    }

    private sealed class ListLog : ILoggerProvider
    {
        public ConcurrentQueue<(string Category, LogLevel Level, string Text)> Lines { get; } = new();

        public IEnumerable<(LogLevel, string)> Texts => Lines.Select(line => (line.Level, line.Text));

        public ILogger CreateLogger(string categoryName) => new Log(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Log(ListLog all, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                all.Lines.Enqueue((category, logLevel, formatter(state, exception)));
        }
    }
}
