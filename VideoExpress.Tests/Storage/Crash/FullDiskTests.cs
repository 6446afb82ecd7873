using System.Diagnostics;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>A real disk without room: a file system in memory that only the child process sees.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string FilePath => _folder.File("hangfire.db");

    public void Dispose() => _folder.Dispose();

    [SmallDiskFact]
    public async Task AStorage_ThatHasNoRoom_SaysSo()
    {
        using var child = new KillableProcess(SmallDisk.Within(_folder.Path, kilobytes: 64), ChildProcess.Hold, FilePath);

        Assert.Contains($"no room on the disk of '{FilePath}'", await child.Reported("refused"), StringComparison.Ordinal);
    }

    [SmallDiskFact]
    public async Task ABackup_ThatHasNoRoom_SaysSo_AndLeavesNothing()
    {
        using var child = new KillableProcess(SmallDisk.Within(_folder.Path, kilobytes: 1024), ChildProcess.Backups, FilePath);

        var made = 0;
        var line = await child.Reported("");
        for (; line is not null && line.StartsWith("made", StringComparison.Ordinal); made++)
        {
            line = await child.Reported("");
        }

        Assert.InRange(made, 1, 20);
        Assert.Contains($"no room on the disk of '{FilePath}.{made}", line, StringComparison.Ordinal);
        Assert.Equal("0", await child.Reported("left"));
    }
}

/// <summary>Needs namespaces of users and mounts, which some machines do not allow.</summary>
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute()
    {
        if (!SmallDisk.IsAllowed)
        {
            Skip = "This machine lets nobody mount a file system of his own.";
        }
    }
}

internal static class SmallDisk
{
    public static readonly bool IsAllowed = Try();

    /// <summary>The command that mounts a file system of this size at the folder, for what it runs then and for nobody else.</summary>
    public static string[] Within(string folder, int kilobytes) =>
        ["unshare", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=$1k none \"$0\" && shift && exec \"$@\"", folder, $"{kilobytes}"];

    private static bool Try()
    {
        try
        {
            using var folder = new TempFolder();
            using var process = Process.Start("unshare", [.. Within(folder.Path, 64)[1..], "true"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
