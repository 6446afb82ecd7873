using System.Diagnostics;
using System.Runtime.InteropServices;

namespace VideoExpress.Web.Gateway;

/// <summary>
/// One run of the local worker, from start to the end of its whole process group. Its stdin stays open as long as this process lives: its
/// end is how the worker learns of our death.
/// </summary>
internal sealed partial class WorkerProcess(ProcessStartInfo start, TimeProvider time, ILogger log) : IDisposable
{
    private const int Terminate = 15;
    private const int Kill = 9;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Process _process = new() { StartInfo = start };

    /// <summary>Runs until the worker ends; when cancelled, ends it: asked first, killed after 5 seconds.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        _process.Start();
        var output = ForwardAsync(_process.StandardOutput, LogLevel.Information);
        var errors = ForwardAsync(_process.StandardError, LogLevel.Warning);
        try
        {
            await _process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await EndAsync();
        }

        // Whatever the worker started, such as ffmpeg, may have survived it.
        _ = kill(-_process.Id, Kill);
        await Task.WhenAny(Task.WhenAll(output, errors), Task.Delay(Grace, time, CancellationToken.None));
        return _process.ExitCode;
    }

    /// <inheritdoc />
    public void Dispose() => _process.Dispose();

    private async Task EndAsync()
    {
        _ = kill(_process.Id, Terminate);
        try
        {
            using var grace = new CancellationTokenSource(Grace, time);
            await _process.WaitForExitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task ForwardAsync(StreamReader lines, LogLevel normal)
    {
        while (await lines.ReadLineAsync(CancellationToken.None) is { } line)
        {
            var level = WorkerLine.LevelOf(line) ?? normal;
            if (line.Length == 0 || !log.IsEnabled(level))
            {
                continue;
            }

            var shown = WorkerLine.TextOf(line);
            LogLine(level, shown);
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);

    [LoggerMessage("{Line}")]
    private partial void LogLine(LogLevel level, string line);
}
