using System.Globalization;
using System.Text.Json;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Backup;

/// <summary>
/// A folder with a backup: <c>manifest.json</c>, which is written last and replaced as a whole; <c>store/</c>, published objects, kept from
/// one backup to the next since they never change; and <c>{time}/</c> with the database, the keys and <c>store/</c> of what does change.
/// </summary>
internal sealed class BackupFolder(string root)
{
    private const string Lock = "lock";
    private const string ManifestName = "manifest.json";
    private const string StoreName = "store";

    /// <summary>The folder itself, absolute.</summary>
    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    private string ManifestPath => Path.Combine(Root, ManifestName);

    /// <summary>The name of the folder of a backup that is begun now.</summary>
    public static string NameAt(DateTimeOffset now) => now.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A path in the folder of one backup.</summary>
    public string PathOf(string folder, string path) => Path.Combine(Root, folder, path);

    /// <summary>The published objects.</summary>
    public FolderStore Published(TimeProvider time) => Store(Path.Combine(Root, StoreName), time);

    /// <summary>The objects that only one backup has.</summary>
    public FolderStore Own(string folder, TimeProvider time) => Store(PathOf(folder, StoreName), time);

    /// <summary>Makes the folder, or takes one that holds nothing else than backups; until disposed of, for this process alone.</summary>
    /// <exception cref="CommandException">It holds other things, or another process is making a backup there.</exception>
    public IDisposable Open()
    {
        DataFolder.MakePrivate(Root);
        RefuseLinks("");
        var foreign = Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName)
            .FirstOrDefault(name => name is not (Lock or ManifestName or StoreName) && !ManifestRules.IsFolderName(name!));
        if (foreign is not null)
        {
            throw new CommandException($"{Root} holds other things than a backup, such as {foreign}. Choose a folder of its own for backups.");
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        try
        {
            return new FileStream(Path.Combine(Root, Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new CommandException($"Another process is making a backup in {Root}, or it cannot be written to: {error.Message}", error);
        }
    }

    /// <summary>The manifest; null when there is none.</summary>
    /// <exception cref="CommandException">It cannot be read, or is of another form.</exception>
    public async Task<Manifest?> ReadManifestAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(ManifestPath))
        {
            return null;
        }

        try
        {
            await using var file = File.OpenRead(ManifestPath);
            var manifest = await JsonSerializer.DeserializeAsync(file, ManifestJson.Default.Manifest, cancellationToken);
            if (manifest is { Format: > Manifest.CurrentFormat })
            {
                throw new CommandException($"{ManifestPath} was written by a newer version of VideoExpress: use that one.");
            }

            if (manifest is not { Format: Manifest.CurrentFormat })
            {
                throw new JsonException("It is no manifest.");
            }

            return ManifestRules.Faults(manifest).FirstOrDefault() is { } fault
                ? throw new CommandException($"{ManifestPath} names {fault}, which no backup does (doubled, misplaced or damaged): use another backup.")
                : manifest;
        }
        catch (JsonException error)
        {
            throw new CommandException($"{ManifestPath} is damaged, so what the backup holds is not known: use another backup.", error);
        }
    }

    /// <summary>A link could lead out of the backup: what is read would be another's, and what is removed, too.</summary>
    /// <param name="folder">A folder of this one, or empty; those in it are not looked into.</param>
    /// <exception cref="CommandException">The folder has a link in it.</exception>
    public void RefuseLinks(string folder)
    {
        var path = new DirectoryInfo(PathOf(folder, ""));
        if (path.Exists && path.EnumerateFileSystemInfos().FirstOrDefault(entry => entry.LinkTarget is not null) is { } link)
        {
            throw new CommandException($"{link.FullName} is a symbolic link, which no backup has: remove it, or use another backup.");
        }
    }

    /// <summary>From here on this is the backup, and the one before is none.</summary>
    public async Task WriteManifestAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        DirectorySync.Flush(Path.Combine(Root, manifest.Folder));
        DirectorySync.Flush(Root);
        var draft = PathOf(manifest.Folder, ManifestName);
        await using (var file = PrivateFile.Create(draft))
        {
            await JsonSerializer.SerializeAsync(file, manifest, ManifestJson.Default.Manifest, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        cancellationToken.ThrowIfCancellationRequested();
        File.Move(draft, ManifestPath, overwrite: true);
        DirectorySync.Flush(Root);
    }

    /// <summary>Removes what <paramref name="manifest"/> does not name: of the backup before, and of those that were killed.</summary>
    public async Task PruneAsync(Manifest manifest, TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var folder in Directory.EnumerateDirectories(Root).Where(path => Path.GetFileName(path) is var name && name != StoreName && name != manifest.Folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var named = manifest.Objects.Select(known => known.Key).ToHashSet(StringComparer.Ordinal);
        var store = Published(time);
        foreach (var stored in await store.ListAsync("", cancellationToken).Where(stored => !named.Contains(stored.Key.Value)).ToListAsync(cancellationToken))
        {
            await store.DeleteAsync(stored.Key, cancellationToken);
        }
    }

    // Nothing here is handed out by URL, and backups may fill their disk.
    private FolderStore Store(string path, TimeProvider time) =>
        new(path, signingKey: null, time, new StoreSettings { MinFreeBytes = 0 }) { Place = $"the backup {Root}" };
}
