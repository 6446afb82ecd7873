using System.Globalization;
using VideoExpress.Jobs.Media;

namespace VideoExpress.Jobs.Assets;

/// <summary>Makes the small picture by which an asset is recognised. That it can be made shows that the asset can be decoded.</summary>
internal sealed class ThumbnailMaker(FfmpegRunner runner, PosterMaker posters)
{
    /// <summary>Longer side of a picture's thumbnail, in pixels.</summary>
    public const int MaxSide = 640;

    private const string Thumbnail = "thumbnail.jpg";
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(1);

    /// <summary>A JPEG of the film's poster or of the picture, what is transparent in it on white; null for a sound.</summary>
    /// <param name="folder">Where to work.</param>
    /// <param name="source">The file's name in it.</param>
    /// <param name="facts">What is in the file.</param>
    /// <param name="kind">What the file is.</param>
    /// <param name="cancellationToken">Kills ffmpeg.</param>
    /// <exception cref="MediaException">It cannot be decoded.</exception>
    public async Task<byte[]?> MakeAsync(
        WorkingFolder folder, string source, MediaFacts facts, AssetKind kind, CancellationToken cancellationToken)
    {
        if (kind == AssetKind.Audio)
        {
            return null;
        }

        var path = folder.File(Thumbnail);
        try
        {
            await MakeAsync(folder, source, facts, kind, path, cancellationToken);
        }
        catch (MediaException wrong) when (!wrong.CanHeal)
        {
            throw new MediaException("No picture in it can be decoded; it may be damaged.", innerException: wrong);
        }

        return await File.ReadAllBytesAsync(path, cancellationToken);
    }

    private async Task MakeAsync(
        WorkingFolder folder, string source, MediaFacts facts, AssetKind kind, string path, CancellationToken cancellationToken)
    {
        if (kind == AssetKind.Video)
        {
            await posters.TakeAsync(folder, source, facts, path, cancellationToken);
            return;
        }

        var made = await runner.RunAsync(Command(source, facts), folder.FullPath, TimeLimit, null, cancellationToken);
        if (made.Packets == 0)
        {
            throw new MediaException("There is no picture.");
        }
    }

    private static FfmpegCommand Command(string source, MediaFacts facts)
    {
        var video = facts.Video!;
        var scale = Math.Min(1, (double)MaxSide / Math.Max(video.Width, video.Height));
        var (width, height) = (Even(video.Width * scale), Even(video.Height * scale));
        var shrunk = string.Create(CultureInfo.InvariantCulture, $"[0:{video.StreamIndex}]scale={width}:{height}:flags=bicubic,setsar=1");
        var graph = $"{shrunk},format=rgba,split[a][b];[a]lutrgb=r=255:g=255:b=255:a=255[white];"
            + "[white][b]overlay=format=rgb,scale=out_range=pc,format=yuvj420p[p]";
        return new FfmpegCommand(
            "the thumbnail",
            [FfmpegInput.File(source, facts.Format.Demuxer())],
            ["-filter_complex", graph, "-map", "[p]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3"],
            Thumbnail,
            "mjpeg",
            []);
    }

    private static int Even(double pixels) => Math.Max(2, (int)Math.Round(pixels / 2) * 2);
}
