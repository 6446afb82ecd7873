namespace VideoExpress.Jobs.Store.Folder;

/// <summary>
/// Which file under the root stands for which key. Names that begin with a dot are never keys: <c>.incoming/</c> holds what is being
/// written, <c>.{name}.type</c> the media type of a file whose name does not tell it.
/// </summary>
internal sealed class FolderLayout
{
    private readonly string _incoming;

    /// <summary>The layout of a folder that may not be there yet; makes nothing.</summary>
    public FolderLayout(string root)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _incoming = Path.Combine(Root, ".incoming");
    }

    /// <summary>The folder that holds everything; it may itself be a link, to a larger disk for example.</summary>
    public string Root { get; }

    /// <summary>Where files are written before they get their names; in the same file system, so that a move is atomic.</summary>
    /// <exception cref="StoreException">It is a symbolic link.</exception>
    public string Incoming
    {
        get
        {
            RefuseLink(_incoming);
            return _incoming;
        }
    }

    /// <summary>Makes the root and <see cref="Incoming"/>, durably, where they are missing.</summary>
    public void MakeIncoming()
    {
        if (!Directory.Exists(Incoming))
        {
            Directory.CreateDirectory(Incoming);
            Flush(Incoming);
            DirectorySync.Flush(Path.GetDirectoryName(Root) ?? Root);
        }
    }

    /// <summary>The file of a key.</summary>
    /// <exception cref="StoreException">A part of its path is a symbolic link, which could lead anywhere.</exception>
    public string PathOf(StoreKey key)
    {
        var path = Root;
        foreach (var segment in key.Value.Split('/'))
        {
            path = Path.Combine(path, segment);
            RefuseLink(path);
        }

        return path;
    }

    /// <summary>The file that tells the media type of the file at <paramref name="path"/>.</summary>
    public static string TypePathOf(string path) => Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.type");

    /// <summary>The files whose keys begin with <paramref name="prefix"/>, with their keys; links are passed over.</summary>
    public IEnumerable<(StoreKey Key, FileInfo File)> Files(string prefix)
    {
        var top = prefix.Length == 0 ? Root : PathOf(StoreKey.Parse(prefix[..^1]));
        if (!Directory.Exists(top))
        {
            yield break;
        }

        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            // What cannot be read is not empty.
            IgnoreInaccessible = false,
            // On Unix, hidden are the names that begin with a dot.
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint,
        };
        foreach (var file in new DirectoryInfo(top).EnumerateFiles("*", options))
        {
            var name = Path.GetRelativePath(Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
            if (StoreKey.TryParse(name, out var key))
            {
                yield return (key, file);
            }
        }
    }

    /// <summary>Removes the folders from <paramref name="folder"/> up to the root that hold nothing any more.</summary>
    public void Prune(string folder)
    {
        for (var at = folder; at.Length > Root.Length; at = Path.GetDirectoryName(at)!)
        {
            try
            {
                Directory.Delete(at);
            }
            catch (DirectoryNotFoundException)
            {
                // What is not there is empty; its parent may be as well.
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    /// <summary>Makes the name of the file at <paramref name="path"/> durable, and those of its folders up to the root.</summary>
    public void Flush(string path)
    {
        for (var folder = Path.GetDirectoryName(path)!; folder.Length >= Root.Length; folder = Path.GetDirectoryName(folder)!)
        {
            DirectorySync.Flush(folder);
        }
    }

    private static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new StoreException(
                "A folder or file of the local store is a symbolic link, which is never followed: remove the link.", canHeal: false);
        }
    }
}
