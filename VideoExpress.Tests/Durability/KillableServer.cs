using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests.Durability;

/// <summary>
/// The built server with its real draft worker, in a process that the test kills with -9 and starts again on the same port and data.
/// The file is read from outside, as a bystander would.
/// </summary>
internal sealed class KillableServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly string _url = $"http://127.0.0.1:{FreePort()}";
    private readonly ConcurrentQueue<string> _errors = new();
    private Process? _process;

    public KillableServer(params string[] options)
    {
        Options = options;
        Http = new HttpClient { BaseAddress = new Uri(_url) };
    }

    public HttpClient Http { get; }

    public string Data => _folder.File("data");

    private static string Repository
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "VideoExpress.sln")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }

    /// <summary>What it is started with, beside its folder and address.</summary>
    public IReadOnlyList<string> Options { get; set; }

    /// <summary>Environment variables of its processes, beside those of the test.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The command that starts it, such as one that mounts a disk at its data folder first.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>The root folder as it sees it, with disks that nobody else sees.</summary>
    public string RootSeen => $"/proc/{_process!.Id}/root";

    /// <summary>The file that all is in.</summary>
    public string Database => Path.Combine(Data, "videoexpress.db");

    /// <summary>True when its process was killed, by itself or by another.</summary>
    public bool WasKilled => _process is { HasExited: true, ExitCode: 128 + 9 };

    /// <summary>True while its process is there.</summary>
    public bool IsAlive => _process is { HasExited: false };

    /// <summary>Where it is reached.</summary>
    public Uri Address => Http.BaseAddress!;

    /// <summary>Done when the process that was started last has ended.</summary>
    public Task Ended => _process?.WaitForExitAsync() ?? Task.CompletedTask;

    /// <summary>What its processes have said to their standard error.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Starts it, with failpoints armed if there are any, and waits until it answers.</summary>
    public async Task StartAsync(string? failpoints = null)
    {
        if (!await TryStartAsync(failpoints))
        {
            Assert.Fail($"The server ended with {_process!.ExitCode}: {string.Join('\n', _errors)}\n{Log()}");
        }
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    /// <returns>False when it died before.</returns>
    public async Task<bool> TryStartAsync(string? failpoints = null)
    {
        _process?.Dispose();
        string[] command =
        [
            .. Wrapper, "dotnet", Path.Combine(AppContext.BaseDirectory, "VideoExpress.Web.dll"), "--contentRoot", Repository, "--data", Data, "--urls", _url,
            "--RunPod:PollInterval", "00:00:00.200", .. Options,
        ];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true, // the log file has it all
            RedirectStandardError = true,
            WorkingDirectory = _folder.Path,
            Environment = { [Failpoint.Variable] = failpoints },
        };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.BeginOutputReadLine();
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(Patience);
        while (!_process.HasExited)
        {
            try
            {
                using var answer = await Http.GetAsync("/health", deadline.Token);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return true;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet, or does not any more.
            }

            await PauseAsync(20, deadline.Token);
        }

        return false;
    }

    /// <summary>kill -9 of the server alone: its worker has to notice by itself.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(); // SIGKILL; nothing happens when it is dead already
        await _process.WaitForExitAsync();
    }

    /// <summary>kill -9 of every process that the server started: its worker, and what that started.</summary>
    public void KillWorkers()
    {
        foreach (var id in ProcessesOf(_url).Select(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)))
        {
            try
            {
                using var worker = Process.GetProcessById(id);
                worker.Kill();
            }
            catch (ArgumentException)
            {
                // It has just ended by itself.
            }
        }
    }

    /// <summary>Stops it in good order.</summary>
    public async Task StopAsync()
    {
        Signals.Terminate(_process!.Id);
        await _process.WaitForExitAsync();
        Assert.Equal(0, _process.ExitCode);
    }

    public async Task<Guid> PostAsync(string path, string body)
    {
        using var answer = await Http.PostAsync(path, new StringContent(body, null, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonElement.Parse(text).GetProperty("job_id").GetGuid();
    }

    public Task<JsonElement> GetAsync(Guid jobId) => Http.GetFromJsonAsync<JsonElement>($"/jobs/{jobId}");

    /// <summary>Waits for something that the file shows.</summary>
    public async Task UntilAsync(string sql, string why)
    {
        await using var file = Open();
        await UntilAsync(() => Scalar<long>(file, sql) != 0, why);
    }

    public async Task UntilAsync(Func<bool> wanted, string why)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!wanted())
        {
            Assert.False(deadline.IsCancellationRequested, $"Never came: {why}.\n{Log()}");
            await PauseAsync(1, CancellationToken.None);
        }
    }

    public T Read<T>(string sql)
    {
        using var file = Open();
        return Scalar<T>(file, sql);
    }

    public string Log() => string.Join('\n', Directory.GetFiles(Path.Combine(Data, "logs")).Order().SelectMany(File.ReadLines).TakeLast(60));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Http.Dispose();
        await WorkersGoneAsync();
        _folder.Dispose();
    }

    /// <summary>Every process that was started for this data folder's server ends by itself within a few seconds.</summary>
    private async Task WorkersGoneAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (ProcessesOf(_url).Any())
        {
            Assert.False(deadline.IsCancellationRequested, $"Still there: {string.Join(", ", ProcessesOf(_url))}");
            await PauseAsync(50, CancellationToken.None);
        }
    }

    /// <summary>Processes whose environment names our address, as the worker's and its children's does.</summary>
    private static IEnumerable<string> ProcessesOf(string url) =>
        Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Where(folder =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(folder, "environ")).Contains(url, StringComparison.Ordinal);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });

    private SqliteConnection Open()
    {
        var file = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Database, Mode = SqliteOpenMode.ReadWrite, Pooling = false,
        }.ToString());
        file.Open();
        return file;
    }

    private static T Scalar<T>(SqliteConnection file, string sql)
    {
        using var command = file.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    private static Task PauseAsync(int milliseconds, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, cancellationToken);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
