namespace VideoExpress.Web.Settings;

/// <summary>The folder of everything that must outlive a restart; only its owner may look into it.</summary>
internal sealed class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>There while a restore fills the folder: what is in it then is not whole.</summary>
    public const string RestoreMark = "restore-unfinished";

    private DataFolder(string root, string? database)
    {
        Root = root;
        Database = database ?? Path.Combine(root, "videoexpress.db");
    }

    /// <summary>The folder itself, absolute.</summary>
    public string Root { get; }

    /// <summary>The SQLite file.</summary>
    public string Database { get; }

    /// <summary>Temporary files of steps; empty when nothing runs.</summary>
    public string Work => Path.Combine(Root, "work");

    /// <summary>Files of creators on their way in.</summary>
    public string Uploads => Path.Combine(Root, "uploads");

    /// <summary>The objects of the local store.</summary>
    public string Store => Path.Combine(Root, "store");

    /// <summary>Log files.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>Keys that sign and protect: forms of the dashboard, URLs, tokens.</summary>
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>Where everything is, or would be; makes nothing.</summary>
    public static DataFolder Of(HostSettings settings) => new(settings.Data, settings.Database);

    /// <summary>Opens the folder, and makes what is not there yet, with mode 0700.</summary>
    /// <exception cref="IOException">It cannot be made, or is only half restored.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made or read by this user.</exception>
    public static DataFolder Open(HostSettings settings)
    {
        var folder = Of(settings);
        if (UnfinishedRestore(folder.Root) is { } unfinished)
        {
            throw new IOException(unfinished);
        }

        string[] needed = [folder.Root, folder.Work, folder.Uploads, folder.Store, folder.Logs, folder.Keys, Path.GetDirectoryName(folder.Database)!];
        foreach (var path in needed)
        {
            MakePrivate(path);
        }

        return folder;
    }

    /// <summary>What to say of a folder that a restore has not filled to the end; null of any other.</summary>
    public static string? UnfinishedRestore(string root) => File.Exists(Path.Combine(root, RestoreMark))
        ? $"the restore into {root} was not finished, so not everything is there. Run it again."
        : null;

    /// <summary>Makes a folder, and those above it, for its owner only.</summary>
    public static void MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            // Leaves the mode of a folder that is there: its owner may have reasons.
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }
}
