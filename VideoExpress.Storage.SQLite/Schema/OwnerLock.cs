using System.Globalization;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>
/// The claim of one process on the file: an exclusive lock of the operating system on <c>{path}.lock</c>, which the kernel releases when
/// the process ends, however it ends. Who has it is told by <c>{path}.pid</c>, because the locked file itself cannot be read by others.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows, as .NET passes them on.
    private static readonly int[] Taken = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    private readonly FileStream _lock;
    private readonly string _pidFile;

    private OwnerLock(FileStream file, string pidFile)
    {
        (_lock, _pidFile) = (file, pidFile);
        try
        {
            File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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
        catch (IOException exception) when (Taken.Contains(exception.HResult))
        {
            throw new SQLiteStorageInUseException(path, ReadPid(pidFile), exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UnauthorizedAccessException(
                $"'{path}.lock' cannot be written. This user needs to write to the folder of the storage, and to the files that begin with its name.",
                exception);
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_pidFile);
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private static int? ReadPid(string pidFile)
    {
        try
        {
            return int.TryParse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
