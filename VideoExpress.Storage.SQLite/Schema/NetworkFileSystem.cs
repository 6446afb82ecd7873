using System.Text.RegularExpressions;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>
/// Whether a folder is on another machine, where SQLite's write-ahead log has no shared memory and locks are not to be trusted
/// (https://sqlite.org/wal.html, https://sqlite.org/howtocorrupt.html §2).
/// </summary>
internal static partial class NetworkFileSystem
{
    /// <summary>
    /// Types as Linux names them in <c>/proc/self/mountinfo</c>: those that gnulib calls remote (<c>ME_REMOTE</c> in lib/mountlist.c,
    /// <c>human_fstype</c> of coreutils' src/stat.c), the shared folders of virtual machines, and FUSE's by their subtype.
    /// </summary>
    private static readonly HashSet<string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "auristorfs", "coda", "ceph", "lustre", "gpfs", "beegfs",
        "fhgfs", "panfs", "snfs", "acfs", "vxfs", "ibrix", "ocfs2", "gfs2", "davfs", "glusterfs",
        "9p", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "fakeowner",
        "fuse.sshfs", "fuse.nfs", "fuse.smbnetfs", "fuse.cifs", "fuse.glusterfs", "fuse.ceph", "fuse.ceph-fuse", "fuse.davfs2", "fuse.rclone",
        "fuse.s3fs", "fuse.gcsfuse", "fuse.blobfuse2", "fuse.juicefs", "fuse.curlftpfs", "fuse.grpcfuse", "fuse.vmhgfs-fuse", "fuse.osxfs",
    };

    /// <summary>What to tell the user of <paramref name="path"/>; null when it is on a disk of this machine, as far as can be told.</summary>
    public static string? WarningFor(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            if (OperatingSystem.IsLinux())
            {
                return WarningFor(path, WithoutLinks(folder), File.ReadAllLines("/proc/self/mountinfo"));
            }

            var remote = folder.StartsWith(@"\\", StringComparison.Ordinal) || new DriveInfo(folder).DriveType == DriveType.Network;
            return remote ? Warning(path, "a network drive") : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A system that hides its mounts is no reason not to start.
            return null;
        }
    }

    internal static string? WarningFor(string path, string folder, string[] mounts) =>
        TypeOf(folder, mounts) is { } type && Types.Contains(type) ? Warning(path, type) : null;

    private static string Warning(string path, string type) =>
        $"'{path}' is on a network or shared file system ({type}). Its locks and its shared memory are not to be relied on, and a second " +
        $"machine would not be noticed: jobs may be lost. Use a file on a local disk.";

    /// <summary>The type of the mount that the folder is in: the longest, and of equal ones the last, which covers the others.</summary>
    private static string? TypeOf(string folder, string[] mounts)
    {
        // "36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw": proc(5). Spaces in it are written \040.
        var inside = mounts.Select(line => line.Split(" - ", 2))
            .Where(halves => halves.Length == 2 && halves[0].Split(' ').Length > 4)
            .Select(halves => (Point: Unescape(halves[0].Split(' ')[4]), Type: halves[1].Split(' ')[0]))
            .Where(mount => (folder + "/").StartsWith(mount.Point.TrimEnd('/') + "/", StringComparison.Ordinal));
        return inside.Reverse().MaxBy(mount => mount.Point.Length).Type;
    }

    private static string WithoutLinks(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { } parent)
        {
            return folder;
        }

        var here = Path.Combine(WithoutLinks(parent), Path.GetFileName(folder));
        return Directory.ResolveLinkTarget(here, returnFinalTarget: true) is { } target ? WithoutLinks(target.FullName) : here;
    }

    private static string Unescape(string text) => Octal().Replace(text, match => ((char)Convert.ToInt32(match.Value[1..], 8)).ToString());

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex Octal();
}
