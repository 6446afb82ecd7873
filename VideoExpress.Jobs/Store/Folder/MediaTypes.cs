using System.Collections.Frozen;

namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Media types by file name, for the kinds of file that this product makes and takes.</summary>
internal static class MediaTypes
{
    /// <summary>What a file is taken for when nothing says otherwise.</summary>
    public const string Unknown = "application/octet-stream";

    private static readonly FrozenDictionary<string, string> ByExtension = new Dictionary<string, string>
    {
        [".mp4"] = "video/mp4",
        [".webm"] = "video/webm",
        [".mov"] = "video/quicktime",
        [".mkv"] = "video/x-matroska",
        [".m4a"] = "audio/mp4",
        [".mp3"] = "audio/mpeg",
        [".wav"] = "audio/wav",
        [".flac"] = "audio/flac",
        [".ogg"] = "audio/ogg",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".webp"] = "image/webp",
        [".gif"] = "image/gif",
        [".srt"] = "application/x-subrip",
        [".vtt"] = "text/vtt",
        [".json"] = "application/json",
        [".txt"] = "text/plain",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The type that the extension of <paramref name="fileName"/> stands for, else <see cref="Unknown"/>.</summary>
    public static string Of(string fileName) => ByExtension.GetValueOrDefault(Path.GetExtension(fileName), Unknown);
}
