using System.Security.Cryptography;
using System.Text.Json.Serialization;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Timeline;

/// <summary>Finished files in the scratch folder, to be published together.</summary>
/// <param name="Files">The video first.</param>
/// <param name="Warnings">What their owner should know.</param>
internal sealed record Film(IReadOnlyList<FilmFile> Files, IReadOnlyList<string> Warnings);

/// <summary>One of them.</summary>
/// <param name="Name">What it is called among the job's outputs.</param>
/// <param name="ContentType">Media type.</param>
/// <param name="Path">Where it lies.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Lower-case hex.</param>
internal sealed record FilmFile(string Name, string ContentType, string Path, long Bytes, string Sha256)
{
    /// <summary>What is in it, where that was looked up already.</summary>
    [JsonIgnore]
    public MediaFacts? Facts { get; init; }

    /// <summary>True for what can be played or looked at.</summary>
    [JsonIgnore]
    public bool IsMedia => ContentType.Split('/')[0] is "video" or "image" or "audio";

    /// <summary>Measures a file.</summary>
    public static async Task<FilmFile> ReadAsync(string name, string contentType, string path, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(path);
        var hash = await SHA256.HashDataAsync(stream, cancellationToken);
        return new FilmFile(name, contentType, path, stream.Length, Convert.ToHexStringLower(hash));
    }
}
