namespace VideoExpress.Tests.Storage;

/// <summary>
/// A folder of its own for files that need not outlive anything: in memory, where the system has such a place, for syncs are free there.
/// </summary>
internal sealed class MemoryFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    private readonly DirectoryInfo _folder = Directory.CreateDirectory(
        Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), "videoexpress-" + Path.GetRandomFileName()));

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
