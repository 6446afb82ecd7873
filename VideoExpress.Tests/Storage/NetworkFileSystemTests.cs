using VideoExpress.Storage.SQLite.Schema;

namespace VideoExpress.Tests.Storage;

/// <summary>Which folders are on another machine, told from lines of <c>/proc/self/mountinfo</c>.</summary>
public sealed class NetworkFileSystemTests
{
    private static readonly string[] Mounts =
    [
        "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
        "40 27 0:50 / /mnt/nfs rw,relatime shared:20 - nfs4 server:/export rw,vers=4.2",
        "41 27 0:51 / /mnt/share rw - cifs //server/share rw",
        "42 27 0:52 / /mnt/my\\040films rw - fuse.sshfs user@host: rw",
        "43 27 0:53 / /mnt/host rw - 9p hostshare rw,trans=virtio",
        "44 40 254:1 / /mnt/nfs/local rw - xfs /dev/vdb rw",
        "45 27 0:54 / /mnt/covered rw - nfs server:/export rw",
        "46 27 254:2 / /mnt/covered rw - ext4 /dev/vdc rw",
        "47 27 0:55 / /mnt/ntfs rw - fuseblk /dev/sdb1 rw",
    ];

    [Theory]
    [InlineData("/mnt/nfs", "nfs4")]
    [InlineData("/mnt/nfs/deep/er", "nfs4")]
    [InlineData("/mnt/share", "cifs")]
    [InlineData("/mnt/my films/data", "fuse.sshfs")]
    [InlineData("/mnt/host", "9p")]
    public void AFolderOfAnotherMachine_IsWarnedOf(string folder, string type)
    {
        var warning = NetworkFileSystem.WarningFor("/any/hangfire.db", folder, Mounts);

        Assert.Contains($"({type})", warning, StringComparison.Ordinal);
        Assert.Contains("'/any/hangfire.db'", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/home/user")]
    [InlineData("/mnt/nfsdata")]
    [InlineData("/mnt/nfs/local/data")]
    [InlineData("/mnt/covered")]
    [InlineData("/mnt/ntfs")]
    public void AFolderOfThisMachine_IsNot(string folder) => Assert.Null(NetworkFileSystem.WarningFor("/any/hangfire.db", folder, Mounts));

    [Fact]
    public void TheMountsOfThisMachine_CanBeRead()
    {
        using var folder = new TempFolder();

        // Nobody knows where the tests run; that they run at all says that the file can be read.
        var warning = NetworkFileSystem.WarningFor(folder.File("hangfire.db"));
        Assert.True(warning is null || warning.Contains(folder.Path, StringComparison.Ordinal));
    }
}
