using System.Diagnostics;

namespace VideoExpress.Tests.Integration.Timeline;

/// <summary>Runs a command of the test's own, outside the product.</summary>
internal static class Tool
{
    public static byte[] Run(string name, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(name, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        return process.ExitCode == 0 ? output.ToArray() : throw new InvalidOperationException($"{name}: {errors.Result}");
    }

    public static string Text(string name, params string[] arguments) => System.Text.Encoding.UTF8.GetString(Run(name, arguments)).Trim();

    /// <summary>True when the process runs; one that has ended and waits for its parent does not.</summary>
    public static bool Runs(int pid)
    {
        var stat = $"/proc/{pid}/stat";
        return File.Exists(stat) && File.ReadAllText(stat) is var text && text[text.LastIndexOf(')') + 2] is not ('Z' or 'X');
    }
}
