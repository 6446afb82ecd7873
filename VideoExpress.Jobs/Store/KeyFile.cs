using System.Security.Cryptography;
using VideoExpress.Jobs.Store.Folder;

namespace VideoExpress.Jobs.Store;

/// <summary>A secret of 32 random bytes in the data folder, made once, so that what it signed outlives a restart.</summary>
public static class KeyFile
{
    /// <summary>Bytes of a key: what HMAC-SHA256 makes full use of.</summary>
    public const int Length = 32;

    /// <summary>Reads the key, or makes it, readable by its owner only (mode 0600), when there is none.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="InvalidDataException">The file is there but has another length.</exception>
    public static byte[] LoadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        var key = File.ReadAllBytes(path);
        return key.Length == Length
            ? key
            : throw new InvalidDataException($"{path} is damaged: it has {key.Length} bytes instead of {Length}. Put it back from a "
                + "backup, or remove it and start again: links that were given out before then stop working.");
    }

    private static void Create(string path)
    {
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(Length));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: false);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
