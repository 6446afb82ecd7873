using System.Diagnostics;

namespace VideoExpress.Bench.Store;

/// <summary>Commands of the system, as an operator would type them.</summary>
internal static class Shell
{
    /// <summary>Runs a script; <c>$1</c> and on are the arguments.</summary>
    public static async Task RunAsync(string script, params string[] arguments)
    {
        using var process = Process.Start("sh", ["-c", script, "sh", .. arguments]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{script}' failed with {process.ExitCode}.");
        }
    }
}
