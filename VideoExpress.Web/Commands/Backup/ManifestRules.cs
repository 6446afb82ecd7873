using System.Text.RegularExpressions;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Web.Commands.Backup;

/// <summary>
/// What a manifest may name. A backup comes from a disk that others may write to: its paths are followed only where a backup puts them.
/// </summary>
internal static partial class ManifestRules
{
    /// <summary>True for the paths that keys have in the data folder: <c>NAME.key</c> and <c>keys/NAME</c>.</summary>
    public static bool IsKeyPath(string path) => KeyPath().IsMatch(path);

    /// <summary>True for the name of the folder of one backup.</summary>
    public static bool IsFolderName(string name) => FolderName().IsMatch(name);

    /// <summary>What no backup writes, in words; empty when all is well.</summary>
    public static IEnumerable<string> Faults(Manifest manifest)
    {
        if (!IsFolderName(manifest.Folder))
        {
            yield return $"the folder \"{manifest.Folder}\"";
        }

        if (manifest.Database.Path != ProductDatabase.FileName || !IsWhole(manifest.Database.Bytes, manifest.Database.Sha256))
        {
            yield return $"the database \"{manifest.Database.Path}\"";
        }

        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (var key in manifest.Keys)
        {
            if (key is null || !IsKeyPath(key.Path) || !IsWhole(key.Bytes, key.Sha256) || !named.Add(key.Path))
            {
                yield return $"the key \"{key?.Path}\"";
            }
        }

        foreach (var known in manifest.Objects.Concat(manifest.Own))
        {
            if (known is null || !IsOurs(known.Key) || !IsWhole(known.Bytes, known.Sha256) || !named.Add(known.Key))
            {
                yield return $"the file \"{known?.Key}\"";
            }
        }

        foreach (var key in manifest.Missing.Where(key => !IsOurs(key)))
        {
            yield return $"the file \"{key}\"";
        }
    }

    private static bool IsOurs(string? key) =>
        StoreKey.TryParse(key, out var parsed) && StoreKey.Prefixes.Any(prefix => parsed.Value.StartsWith(prefix, StringComparison.Ordinal));

    private static bool IsWhole(long bytes, string? sha256) => bytes >= 0 && (sha256 is null || Sha256().IsMatch(sha256));

    [GeneratedRegex(@"\A\d{8}T\d{6}\.\d{3}Z\z")]
    private static partial Regex FolderName();

    [GeneratedRegex(@"\A(keys/(?!\.{1,2}\z)[^/\\:\p{C}]+|[^/\\:\p{C}]*\.key)\z")]
    private static partial Regex KeyPath();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256();
}
