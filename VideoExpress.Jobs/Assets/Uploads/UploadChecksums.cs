using System.Security.Cryptography;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>The checksums that a piece of an upload may have.</summary>
internal static class UploadChecksums
{
    // tus wants sha1 of every server.
    private static readonly Dictionary<string, HashAlgorithmName> ByName = new()
    {
        ["sha1"] = HashAlgorithmName.SHA1,
        ["sha256"] = HashAlgorithmName.SHA256,
    };

    /// <summary>Their names in tus, separated by commas.</summary>
    public static string Names { get; } = string.Join(',', ByName.Keys);

    /// <summary>The algorithm of that name; null when it is not offered.</summary>
    public static HashAlgorithmName? Of(string name) => ByName.TryGetValue(name, out var algorithm) ? algorithm : null;
}
