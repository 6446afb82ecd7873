using System.Diagnostics;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>This assembly, run as a process of its own that can be killed at any moment.</summary>
internal sealed class KillableProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    /// <param name="role">What it is to do.</param>
    /// <param name="path">The file it does that with.</param>
    /// <param name="setting">Further arguments of the role.</param>
    public KillableProcess(string role, string path, params string[] setting)
        : this([], role, path, setting)
    {
    }

    /// <summary>Has <paramref name="within"/>, a program with its arguments, start it in surroundings of its own.</summary>
    public KillableProcess(string[] within, string role, string path, params string[] setting)
    {
        string[] command =
        [
            .. within, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            "exec", typeof(ChildProcess).Assembly.Location, role, path, .. setting,
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

    /// <summary>SIGSTOP: it may be killed, but does nothing any more, so that its files stand still.</summary>
    public async Task Stop()
    {
        Signals.Stop(Id);
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (Directory.EnumerateDirectories($"/proc/{Id}/task").Any(Runs))
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "The process does not stop.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        static bool Runs(string thread)
        {
            try
            {
                // The state is the first field behind the name in brackets, which may have any characters.
                var text = File.ReadAllText(Path.Combine(thread, "stat"));
                return text[text.LastIndexOf(')') + 2] != 'T';
            }
            catch (IOException)
            {
                // It has ended since it was listed.
                return false;
            }
        }
    }

    /// <summary>The rest of what it had reported before it was killed.</summary>
    public async Task<List<string>> Rest(string what)
    {
        var rest = new List<string>();
        foreach (var line in await RestOfLines())
        {
            Assert.StartsWith(what, line);
            rest.Add(line[what.Length..].Trim());
        }

        return rest;
    }

    /// <summary>All further lines, when it has ended.</summary>
    public async Task<string[]> RestOfLines()
    {
        // The last line may have been cut.
        var text = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        return text.Split('\n')[..^1];
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
