using System.Globalization;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>
/// The claim of one process on the file: an exclusive lock of the operating system on <c>{path}.lock</c>, which the kernel releases when
/// the process ends, however it ends. Who has it is told by <c>{path}.pid</c>, because the locked file itself cannot be read by others.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    // ENOSPC, EDQUOT, and Windows' ERROR_DISK_FULL: the lock's file could not be made, which says nothing of other processes.
    private static readonly int[] DiskFull = [28, 122, unchecked((int)0x80070070)];

    private readonly FileStream _lock;
    private readonly string _pidFile;

    private OwnerLock(FileStream file, string pidFile)
    {
        (_lock, _pidFile) = (file, pidFile);
        try
        {
            File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // It only helps whoever comes second; the lock holds without it, on a full disk, too.
        }
    }

    /// <summary>Takes the lock or throws <see cref="SQLiteStorageInUseException"/>; never waits.</summary>
    public static OwnerLock Take(string path)
    {
        var pidFile = path + ".pid";
        try
        {
            // The file stays when the lock goes: were it deleted, two processes could each lock one of that name.
            return new OwnerLock(new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), pidFile);
        }
        catch (IOException exception) when (
            exception is not (DirectoryNotFoundException or PathTooLongException) && !DiskFull.Contains(exception.HResult))
        {
            throw new SQLiteStorageInUseException(path, ReadPid(pidFile), exception);
        }
    }

    public void Dispose()
    {
        File.Delete(_pidFile);
        _lock.Dispose();
    }

    private static int? ReadPid(string pidFile)
    {
        try
        {
            return int.TryParse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
