using System.Globalization;

namespace VideoExpress.Storage.SQLite.Schema;

/// <summary>
/// The claim of one process on the file: an exclusive lock of the operating system on <c>{path}.lock</c>, which the kernel releases when
/// the process ends, however it ends. The side file stays; it holds the id of the process that owns or last owned the storage.
/// </summary>
internal sealed class OwnerLock : IDisposable
{
    private readonly FileStream _file;

    private OwnerLock(FileStream file)
    {
        _file = file;
    }

    /// <summary>Takes the lock or throws <see cref="SQLiteStorageInUseException"/>; never waits.</summary>
    public static OwnerLock Take(string path)
    {
        var side = path + ".lock";
        try
        {
            var file = new FileStream(side, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new OwnerLock(file);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new SQLiteStorageInUseException(path, ReadOwner(side), exception);
        }
    }

    public void Dispose() => _file.Dispose();

    private static int? ReadOwner(string side)
    {
        try
        {
            // Sharing everything takes no lock, so this reads past the owner's.
            using var reader = new StreamReader(new FileStream(side, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return int.TryParse(reader.ReadToEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
