namespace VideoExpress.Tests.Durability.Power;

/// <summary>What a disk holds of a database at a moment: the file, and its write-ahead log.</summary>
internal sealed record DatabaseImage(byte[] Database, byte[] Log)
{
    /// <summary>As the files are now; whoever writes them is dead or frozen.</summary>
    public static DatabaseImage Of(string path) =>
        new(File.ReadAllBytes(path), File.Exists(path + "-wal") ? File.ReadAllBytes(path + "-wal") : []);

    /// <summary>Puts it in the place of what is there; nobody has that open.</summary>
    public void PutAt(string path)
    {
        File.Delete(path + "-shm");
        File.WriteAllBytes(path, Database);
        File.WriteAllBytes(path + "-wal", Log);
    }
}
