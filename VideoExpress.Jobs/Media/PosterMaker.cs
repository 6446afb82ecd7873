using System.Globalization;

namespace VideoExpress.Jobs.Media;

/// <summary>Takes the poster of a film.</summary>
/// <param name="runner">Runs ffmpeg.</param>
public sealed class PosterMaker(FfmpegRunner runner)
{
    /// <summary>Widest poster, in pixels.</summary>
    public const int MaxWidth = 1280;

    private const string Source = "source";
    private const string Taken = "taken.jpg";

    // Luma of the brightest tenth of a picture (black is 16): a night scene passes, a black-out or a fade does not.
    private const int VisibleLuma = 40;

    // How far to look for a visible picture, and the time that this may take on a slow machine.
    private const int SearchSeconds = 20;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Makes a JPEG of the first picture from a third of the film on that is not black, or of the one at a third when all are,
    /// at most <see cref="MaxWidth"/> pixels wide.
    /// </summary>
    /// <param name="videoPath">Any video file that <see cref="MediaProbe"/> reads.</param>
    /// <param name="facts">What it found there.</param>
    /// <param name="posterPath">Where to put it; it appears whole.</param>
    /// <param name="cancellationToken">Kills ffmpeg; nothing stays behind.</param>
    /// <exception cref="MediaException">The file is not a video, or ffmpeg failed.</exception>
    public async Task MakePosterAsync(string videoPath, MediaFacts facts, string posterPath, CancellationToken cancellationToken)
    {
        using var folder = WorkingFolder.Create(Path.GetDirectoryName(Path.GetFullPath(posterPath))!);
        folder.Link(videoPath, Source);
        await TakeAsync(folder, Source, facts, posterPath, cancellationToken);
    }

    /// <summary>The same of a film in a working folder.</summary>
    internal async Task TakeAsync(
        WorkingFolder folder, string film, MediaFacts facts, string posterPath, CancellationToken cancellationToken)
    {
        var video = facts.Video ?? throw new MediaException("The film has no picture to take a poster from.");

        var visible = string.Create(
            CultureInfo.InvariantCulture,
            $"signalstats,metadata=select:key=lavfi.signalstats.YHIGH:value={VisibleLuma}:function=greater,");
        var third = facts.DurationMicros / 3;
        foreach (var (from, filter) in ((long, string)[])[(third, visible), (third, ""), (0, "")])
        {
            var command = Command(film, facts, video, from, filter);
            var taken = await runner.RunAsync(command, folder.FullPath, TimeLimit, null, cancellationToken);
            if (taken.Packets > 0)
            {
                File.Move(folder.File(Taken), posterPath, overwrite: true);
                return;
            }
        }

        throw new MediaException("The film has no picture to take a poster from.");
    }

    private static FfmpegCommand Command(string film, MediaFacts facts, VideoFacts video, long fromMicros, string filter)
    {
        var width = Math.Max(2, Math.Min(MaxWidth, video.Width) / 2 * 2);
        var height = Math.Max(2, (int)((long)width * video.Height / video.Width) / 2 * 2);
        var from = string.Create(CultureInfo.InvariantCulture, $"{fromMicros / 1e6:0.000000}");
        var graph = string.Create(
            CultureInfo.InvariantCulture,
            $"[0:{video.StreamIndex}]{filter}scale={width}:{height}:out_range=pc:flags=bicubic,setsar=1,format=yuvj420p[p]");
        return new FfmpegCommand(
            "the poster",
            [FfmpegInput.File(film, facts.Format.Demuxer(), "-ss", from, "-t", SearchSeconds.ToString(CultureInfo.InvariantCulture))],
            ["-filter_complex", graph, "-map", "[p]", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3"],
            Taken,
            "mjpeg",
            []);
    }
}
