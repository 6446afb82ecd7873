using System.Diagnostics;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>A real disk with little room: a file system in memory that a child process mounts for itself, reached by way of that child.</summary>
internal sealed class HeldDisk : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Process _holder;

    private HeldDisk(string options)
    {
        _holder = Process.Start(new ProcessStartInfo(
            "unshare", ["--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o \"$1\" none \"$0\" && echo ready && cat", _folder.Path, options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>Its root, for anybody.</summary>
    public string Path => $"/proc/{_holder.Id}/root{_folder.Path}";

    /// <param name="options">As tmpfs takes them, such as <c>size=8m</c>.</param>
    public static async Task<HeldDisk> MountAsync(string options)
    {
        var disk = new HeldDisk(options);
        Assert.Equal("ready", await disk._holder.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)));
        return disk;
    }

    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
        _folder.Dispose();
    }
}
