using System.Diagnostics;
using System.Text;

namespace VideoExpress.Tests.Integration.Hosting;

/// <summary>The built server as a process of its own, in an empty content root.</summary>
internal sealed class ServerRun : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly bool _ownsFolder;

    private ServerRun(string folder, bool ownsFolder, string[] options)
    {
        (Folder, _ownsFolder) = (folder, ownsFolder);
        _process = new Process { StartInfo = Command(folder, options), EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The content root, with the data folder in it once that was made.</summary>
    public string Folder { get; }

    public string Output => _output.ToString();

    public string Errors => _errors.ToString().Trim();

    public int ExitCode => _process.ExitCode;

    public int ProcessId => _process.Id;

    public static ServerRun Start(params string[] options) =>
        new(Directory.CreateTempSubdirectory("videoexpress-run-").FullName, ownsFolder: true, options);

    /// <summary>A further process over the same files.</summary>
    public ServerRun StartAnother(params string[] options) => new(Folder, ownsFolder: false, options);

    /// <summary>The address, once the server says that it is ready.</summary>
    public Task<Uri> ReadyAsync() => _ready.Task.WaitAsync(Patience);

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("sh", ["-c", $"kill -{signal} {_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await ExitAsync();
        }

        _process.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static ProcessStartInfo Command(string folder, string[] options)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "VideoExpress.Web.dll");
        // A test run in the background ignores SIGINT, and what it starts would, too.
        return new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", dll, "--contentRoot", folder, "--Gateway:LocalWorker", "false", .. options])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private void Read(string? line)
    {
        _output.AppendLine(line);
        if (line?.Split("Ready on ") is [_, var rest])
        {
            _ready.TrySetResult(new Uri(rest.Split(',')[0]));
        }
    }
}
