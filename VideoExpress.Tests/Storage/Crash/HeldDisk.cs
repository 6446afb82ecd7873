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

    private string Filling => System.IO.Path.Combine(Path, "filling");

    /// <param name="options">As tmpfs takes them, such as <c>size=8m</c>.</param>
    public static async Task<HeldDisk> MountAsync(string options)
    {
        var disk = new HeldDisk(options);
        Assert.Equal("ready", await disk._holder.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)));
        return disk;
    }

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filling, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Takes away what filled it.</summary>
    public void Free() => File.Delete(Filling);

    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
        _folder.Dispose();
    }
}
