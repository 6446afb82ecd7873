using System.Globalization;
using System.Runtime.CompilerServices;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Doctor;

/// <summary>The folder of everything that must outlive a restart: writable, private, with room.</summary>
internal static class DataFolderCheck
{
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    public static async IAsyncEnumerable<Finding> RunAsync(Subject subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = subject.Settings.Host.Data;
        var there = path;
        while (!Directory.Exists(there))
        {
            there = Path.GetDirectoryName(there) ?? "/";
        }

        await Task.CompletedTask;
        yield return Writable(path, there, subject.Time);
        yield return Room(path, there, subject.Settings.Store.MinFreeBytes);
        if (there == path)
        {
            yield return Privacy(path);
            if (DataFolder.UnfinishedRestore(path) is { } unfinished)
            {
                yield return Finding.Fail(unfinished);
            }
        }
    }

    private static Finding Writable(string path, string there, TimeProvider time)
    {
        var trial = Path.Combine(there, $".doctor-{Guid.CreateVersion7(time.GetUtcNow()):N}");
        try
        {
            using (new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }

            return Finding.Ok(path == there ? $"{path} is writable" : $"{path} is not there yet; the first start makes it");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail($"{there} cannot be written to by this user ({error.Message}). Give it to this user, or choose another folder with --data.");
        }
    }

    private static Finding Room(string path, string there, long minFreeBytes)
    {
        var free = new DriveInfo(there).AvailableFreeSpace;
        var words = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1 << 30):0.0} GiB are free on the disk of {path}");
        return free < minFreeBytes
            ? Finding.Fail($"{words}; below {minFreeBytes >> 20} MiB (Store:MinFreeBytes) nothing is stored. Make room.")
            : free < 2 * minFreeBytes ? Finding.Warn($"{words}, which is little. Make room.") : Finding.Ok(words);
    }

    private static Finding Privacy(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Finding.Ok("its access is Windows' matter");
        }

        var mode = File.GetUnixFileMode(path);
        var octal = Convert.ToString((int)mode, 8);
        return (mode & Others) == 0
            ? Finding.Ok($"only its owner may look into it (mode {octal})")
            : Finding.Warn($"other users of this machine may look into it (mode {octal}), and its keys and films are in it: chmod 700 {path}");
    }
}
