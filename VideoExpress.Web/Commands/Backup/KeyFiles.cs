using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands.Backup;

/// <summary>The keys in the data folder: those that sign and protect, and <c>keys/</c>.</summary>
internal static class KeyFiles
{
    /// <summary>Copies all there are; the paths of what it tells are relative to the data folder.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="target">Where a path goes.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    public static async Task<IReadOnlyList<ManifestFile>> CopyAsync(string data, Func<string, string> target, CancellationToken cancellationToken)
    {
        List<ManifestFile> copied = [];
        foreach (var path in Find(data))
        {
            DataFolder.MakePrivate(Path.GetDirectoryName(target(path))!);
            copied.Add(await PrivateFile.CopyAsync(Path.Combine(data, path), target(path), path, cancellationToken));
        }

        return copied;
    }

    private static IEnumerable<string> Find(string data)
    {
        var protection = Path.Combine(data, "keys");
        var files = Directory.EnumerateFiles(data, "*.key");
        if (Directory.Exists(protection))
        {
            files = files.Concat(Directory.EnumerateFiles(protection));
        }

        return files.Select(file => Path.GetRelativePath(data, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(ManifestRules.IsKeyPath).Order(StringComparer.Ordinal);
    }
}
