using System.Text.Json;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Provenance;
using VideoExpress.Tests.Integration.Timeline;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>What a stranger finds in a published video file: exiftool, ffmpeg, and a reader of boxes.</summary>
internal sealed record PublishedVideo(byte[] Bytes)
{
    private const string Vocabulary = "http://cv.iptc.org/newscodes/digitalsourcetype/";
    private const int UuidHeader = 24;

    public static async Task<PublishedVideo> OfAsync(ChainHost host, Guid jobId) =>
        new(await host.Http.GetByteArrayAsync((await host.GetAsync(jobId)).GetProperty("output_urls")[0].GetString()));

    /// <summary>The last word of the digital source type that exiftool reads; null when it finds no XMP at all.</summary>
    public string? SourceType
    {
        get
        {
            if (Xmp is not { } xmp)
            {
                return null;
            }

            var type = xmp.GetProperty("XMP-iptcExt:DigitalSourceType").GetString()!;
            Assert.StartsWith(Vocabulary, type, StringComparison.Ordinal);
            return type[Vocabulary.Length..];
        }
    }

    /// <summary>All of XMP that exiftool reads, as it is written.</summary>
    public JsonElement? Xmp => InFile(path =>
    {
        var read = JsonElement.Parse(Tool.Text("exiftool", "-json", "-n", "-G1", "-XMP:all", path))[0];
        return read.TryGetProperty("XMP-iptcExt:DigitalSourceType", out _) ? read : default(JsonElement?);
    });

    /// <summary>The JSON in the last box of ours; null when there is none.</summary>
    public async Task<byte[]?> RecipeAsync()
    {
        byte[]? recipe = null;
        await foreach (var box in Mp4Boxes.ReadAsync(new MemoryStream(Bytes), CancellationToken.None))
        {
            var (start, end) = ((int)box.Start, (int)(box.Start + box.Size));
            if (box.Type == "uuid" && new Guid(Bytes.AsSpan(start + 8, 16), bigEndian: true) == Recipe.BoxId)
            {
                recipe = Bytes[(start + UuidHeader)..end];
            }
        }

        return recipe;
    }

    /// <summary>Decodes all of it; gives the frames, and fails at ffmpeg's first complaint.</summary>
    public int Play() => InFile(path =>
    {
        var frames = Tool.Text("ffmpeg", "-v", "warning", "-xerror", "-i", path, "-f", "framemd5", "-");
        Assert.Empty(Tool.Text("ffprobe", "-v", "warning", "-i", path));
        return frames.Split('\n').Count(line => line.StartsWith("0,", StringComparison.Ordinal));
    });

    private T InFile<T>(Func<string, T> look)
    {
        using var folder = new TempFolder();
        var path = folder.File("published.mp4");
        File.WriteAllBytes(path, Bytes);
        return look(path);
    }
}
