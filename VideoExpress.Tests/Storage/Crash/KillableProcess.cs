using System.Diagnostics;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>This assembly, run as a process of its own that can be killed at any moment.</summary>
internal sealed class KillableProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    /// <param name="role">What it is to do.</param>
    /// <param name="path">The file it does that with.</param>
    /// <param name="within">A program, with its arguments, that starts it in surroundings of its own; none by default.</param>
    public KillableProcess(string role, string path, params string[] within)
    {
        string[] command =
        [
            .. within, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", "exec", typeof(ChildProcess).Assembly.Location, role, path,
        ];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public int Id => _process.Id;

    /// <summary>The next line it reports, without the word that says what it is; null when it has ended.</summary>
    public async Task<string?> Reported(string what)
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        if (line is null)
        {
            return null;
        }

        Assert.StartsWith(what, line);
        return line[what.Length..].Trim();
    }

    /// <summary>SIGKILL: nothing of it runs any more, not even a finally.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>The rest of what it had reported before it was killed.</summary>
    public async Task<List<string>> Rest(string what)
    {
        var rest = new List<string>();
        // The last line may have been cut.
        var text = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        var lines = text.Split('\n');
        foreach (var line in lines[..^1])
        {
            Assert.StartsWith(what, line);
            rest.Add(line[what.Length..].Trim());
        }

        return rest;
    }

    public async Task<int> ExitCode()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
