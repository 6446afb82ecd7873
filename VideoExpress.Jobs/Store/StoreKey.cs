using System.Text.RegularExpressions;

namespace VideoExpress.Jobs.Store;

/// <summary>
/// The name of an object in the store: <c>inbox/{job}/{attempt}/{name}</c> for what a worker puts,
/// <c>jobs/{job}/{attempt}/{name}.{ext}</c> for what is published, <c>assets/{asset}/{name}.{ext}</c> for what creators bring along. Made from our own ids only, never from a user's words.
/// </summary>
public readonly partial record struct StoreKey
{
    /// <summary>Where published objects lie.</summary>
    public static readonly IReadOnlyList<string> PublishedPrefixes = ["jobs/", "assets/"];

    /// <summary>Where all keys of this product lie; what else is in a bucket is none of ours.</summary>
    public static readonly IReadOnlyList<string> Prefixes = ["inbox/", .. PublishedPrefixes];

    /// <summary>How many segments the key of a job's published file has.</summary>
    public const int PublishedSegments = 4;

    /// <summary>How many segments the key of an asset's file has.</summary>
    public const int AssetSegments = 3;

    private StoreKey(string value) => Value = value;

    /// <summary>The key as the store knows it, with forward slashes and without a leading one.</summary>
    public string Value { get; }

    /// <summary>True for a published object, of a job or an asset: immutable, and never given a PUT URL.</summary>
    public bool IsPublished => Value.StartsWith("jobs/", StringComparison.Ordinal) || IsAsset;

    /// <summary>True for a file of an asset.</summary>
    public bool IsAsset => Value.StartsWith("assets/", StringComparison.Ordinal);

    /// <summary>True for what a worker puts: the only keys that are ever given a PUT URL.</summary>
    public bool IsInbox => Value.StartsWith("inbox/", StringComparison.Ordinal);

    /// <summary>The last segment: the file's name.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>Where a worker puts the file <paramref name="name"/> of an attempt.</summary>
    public static StoreKey Inbox(Guid jobId, Guid attemptId, string name) => Parse($"inbox/{jobId:D}/{attemptId:D}/{name}");

    /// <summary>The published file of a job; <paramref name="edition"/> is an attempt's id, or <c>export-{n}</c>.</summary>
    public static StoreKey Published(Guid jobId, string edition, string fileName) => Parse($"jobs/{jobId:D}/{edition}/{fileName}");

    /// <summary>A file of an asset.</summary>
    public static StoreKey Asset(Guid assetId, string fileName) => Parse($"assets/{assetId:D}/{fileName}");

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It is empty, has empty, dotted or foreign segments, or more than 512 characters.</exception>
    public static StoreKey Parse(string value) =>
        TryParse(value, out var key) ? key : throw new FormatException($"\"{value}\" is not a key of the object store.");

    /// <summary>Reads a key; false when it is none.</summary>
    public static bool TryParse(string? value, out StoreKey key)
    {
        key = default;
        if (value is null || value.Length > 512 || !Shape().IsMatch(value))
        {
            return false;
        }

        key = new StoreKey(value);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Value;

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\z")]
    private static partial Regex Shape();
}
