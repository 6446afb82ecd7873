using System.Diagnostics;
using VideoExpress.Web.Commands;

namespace VideoExpress.Tests.Integration.Commands;

/// <summary>One run of a command, and what came of it.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>In this process, so that the clock can be another.</summary>
    public static async Task<CommandRun> RunAsync(TimeProvider time, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        using var patience = new CancellationTokenSource(Patience);
        var exitCode = await CommandProcess.RunAsync(arguments, new CommandOutput(output, inColor: false), errors, time, patience.Token);
        return new CommandRun(exitCode, output.ToString(), errors.ToString().Trim());
    }

    public static Task<CommandRun> RunAsync(params string[] arguments) => RunAsync(TimeProvider.System, arguments);

    /// <summary>The built program as a process of its own, not yet waited for.</summary>
    public static Process Start(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        // A test run in the background ignores SIGINT, and what it starts would, too.
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "/usr/bin/env";
        string[] command = ["--default-signal=INT", dotnet, Path.Combine(AppContext.BaseDirectory, "VideoExpress.Web.dll"), .. arguments];
        var start = new ProcessStartInfo("/usr/bin/env", command) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static async Task<CommandRun> EndOfAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        return new CommandRun(process.ExitCode, await output, (await errors).Trim());
    }

    /// <summary>The lines of the doctor's report on one thing.</summary>
    public IReadOnlyList<string> Report(string name) =>
        [.. Output.Split('\n').Where(line => line.Length > 6 && line[6..].StartsWith(name + " ", StringComparison.Ordinal))];

    public void AssertReports(string name, string verdict, string words) => Assert.True(
        Report(name).Any(line => line.StartsWith(verdict, StringComparison.Ordinal) && line.Contains(words, StringComparison.Ordinal)),
        $"No line \"{verdict} {name} … {words}\" in:\n{Output}{Errors}");
}
