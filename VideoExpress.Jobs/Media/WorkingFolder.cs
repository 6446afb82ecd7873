namespace VideoExpress.Jobs.Media;

/// <summary>
/// A fresh folder for one run, deleted at its end. Users' files are linked into it under names of ours, so that no foreign name
/// reaches a command line; being fresh, it is not disturbed by an earlier run that was killed in the middle.
/// </summary>
internal sealed class WorkingFolder : IDisposable
{
    /// <summary>How the names of such folders begin.</summary>
    public const string Prefix = "run-";

    private WorkingFolder(string path) => FullPath = path;

    /// <summary>Absolute path.</summary>
    public string FullPath { get; }

    /// <summary>Makes a folder below <paramref name="parent"/>, which is made as well if need be.</summary>
    public static WorkingFolder Create(string parent) =>
        new(Directory.CreateDirectory(Path.Combine(Path.GetFullPath(parent), $"{Prefix}{Path.GetRandomFileName()}")).FullName);

    /// <summary>Path of a file of ours in the folder.</summary>
    public string File(string name) => Path.Combine(FullPath, FfmpegText.OwnName(name));

    /// <summary>Makes a file known under a name of ours.</summary>
    public string Link(string path, string name)
    {
        var link = File(name);
        System.IO.File.CreateSymbolicLink(link, Path.GetFullPath(path));
        return link;
    }

    /// <summary>Deletes the folder with all that is in it.</summary>
    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
