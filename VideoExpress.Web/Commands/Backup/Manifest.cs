using System.Text.Json.Serialization;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Web.Commands.Backup;

/// <summary>What a backup holds; written last, so that a folder without it holds none.</summary>
internal sealed record Manifest
{
    /// <summary>The form of this record and of the folder; another one is refused.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The form that it was written in.</summary>
    public required int Format { get; init; }

    /// <summary>Of the program that wrote it.</summary>
    public required string Version { get; init; }

    /// <summary>When the database was copied, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where the objects were.</summary>
    public required ManifestStore Store { get; init; }

    /// <summary>The folder, in the backup's, of all that is not kept from one backup to the next.</summary>
    public required string Folder { get; init; }

    /// <summary>The SQLite file.</summary>
    public required ManifestFile Database { get; init; }

    /// <summary>The keys, by their paths in the data folder.</summary>
    public required IReadOnlyList<ManifestFile> Keys { get; init; }

    /// <summary>Published objects that the database names. Of a folder they are in the backup, of a bucket they are in the bucket.</summary>
    public required IReadOnlyList<ManifestObject> Objects { get; init; }

    /// <summary>Objects in <see cref="Folder"/>, of a folder only: what workers have put for jobs that are not done.</summary>
    public required IReadOnlyList<ManifestObject> Own { get; init; }

    /// <summary>Keys of objects that the database names and the store did not have whole.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Of <see cref="Missing"/> what this backup does not have either: an earlier one may have kept a copy.</summary>
    [JsonIgnore]
    public IEnumerable<string> Lacking => Missing.Except(Objects.Concat(Own).Select(known => known.Key), StringComparer.Ordinal);
}

/// <summary>A store.</summary>
/// <param name="Bucket">The bucket; null for the folder in the data folder.</param>
/// <param name="Endpoint">Its address.</param>
internal sealed record ManifestStore(string? Bucket, string? Endpoint)
{
    public static ManifestStore Of(StoreSettings settings) => new(settings.Bucket, settings.Endpoint?.AbsoluteUri);
}

/// <summary>A file.</summary>
/// <param name="Path">Relative to its folder, with forward slashes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Lower-case hex.</param>
internal sealed record ManifestFile(string Path, long Bytes, string Sha256);

/// <summary>An object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Lower-case hex; null where neither the database knows it nor the backup has read the object.</param>
internal sealed record ManifestObject(string Key, long Bytes, string? Sha256);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
