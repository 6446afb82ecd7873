namespace VideoExpress.Tests.Storage.PowerLoss;

/// <summary>A folder for one image of the files; in memory where the system has such a place, for an image is opened to be read.</summary>
internal sealed class ImageFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    private readonly DirectoryInfo _folder =
        Directory.CreateDirectory(Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), Path.GetRandomFileName()));

    /// <summary>Writes the database and its write-ahead log, and returns the path of the database.</summary>
    public string Write(byte[] database, byte[] log)
    {
        var path = Path.Combine(_folder.FullName, "image.db");
        File.WriteAllBytes(path, database);
        File.WriteAllBytes(path + "-wal", log);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
