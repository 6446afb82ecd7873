using System.Globalization;
using System.Text.Json;
using FFMpegCore;
using FFMpegCore.Exceptions;

namespace VideoExpress.Jobs.Media;

/// <summary>Finds out what is in a media file: the format by our own look at its first bytes, the rest by ffprobe.</summary>
/// <param name="time">Clock of the time limit.</param>
public sealed class MediaProbe(TimeProvider time)
{
    /// <summary>
    /// Largest picture, in pixels; one of 8K has 33 million. ffmpeg allocates up to 8 bytes for each as soon as it sees a header, however
    /// few bytes the file has: with this, it refuses before.
    /// </summary>
    public const int MaxPixels = 50_000_000;

    // A file without an index is read whole: two minutes are 4 GiB at 35 MB/s.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>Probes a local file.</summary>
    /// <param name="path">
    /// The file; its own name (not its folder's) must be one that we made: letters, digits, dot, dash and underscore only.
    /// </param>
    /// <param name="label">What messages call the file: <c>clip 2</c>.</param>
    /// <param name="cancellationToken">Kills ffprobe.</param>
    /// <exception cref="MediaException">It is no media, is cut off, or cannot be read; the message is for the creator.</exception>
    public async Task<MediaFacts> ProbeAsync(string path, string label, CancellationToken cancellationToken)
    {
        var options = new FFOptions { WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(path))! };
        var name = FfmpegText.OwnName(Path.GetFileName(path));

        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var format = await RecogniseAsync(path, label, either.Token);

            // Placed behind the name, ffprobe honours them as well. No protocol but "file", and no demuxer that opens further files.
            var guard = string.Create(CultureInfo.InvariantCulture, $"-protocol_whitelist file -max_pixels {MaxPixels} -f {format.Demuxer()}");
            var analysis = await FFProbe.AnalyseAsync(name, options, guard, either.Token);
            var facts = MediaFactsReader.Read(format, analysis.Raw);
            if (facts.Video is { } video && !format.IsPicture() && (video.Frames is null || facts.DurationMicros == 0))
            {
                var select = string.Create(CultureInfo.InvariantCulture, $"{guard} -select_streams {video.StreamIndex}");
                var ask = $"{select} -show_entries packet=pts_time,duration_time";
                var list = await FFProbe.GetPacketsAsync(name, options, ask, either.Token);
                facts = MediaFactsReader.Complete(facts, analysis.Raw.Format, list.Packets);
            }

            return facts.Video is null && facts.Audio is null
                ? throw new MediaException($"{label} has neither picture nor sound that could be read; a picture may have {MaxPixels / 1_000_000} megapixels at most.")
                : facts;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MediaException($"{label} could not be examined within {TimeLimit.TotalMinutes:0} minutes.", canHeal: true);
        }
        catch (InvalidDataException e)
        {
            throw new MediaException($"{label} is not a video that can be read: {e.Message}.", innerException: e);
        }
        catch (FFProbeProcessException e)
        {
            throw new MediaException($"{label} cannot be read: {FfmpegText.UsefulLine(e.StandardError)}.", innerException: e);
        }
        catch (FFProbeException e) when (e is not FormatNullException)
        {
            throw new MediaException("ffprobe is not installed on this server. Install ffmpeg, then retry the job.", innerException: e);
        }
        catch (Exception e) when (e is FFMpegException or FormatException or OverflowException or JsonException or ArgumentException)
        {
            throw new MediaException($"{label} cannot be read; it may be damaged.", innerException: e);
        }
    }

    private static async Task<MediaFormat> RecogniseAsync(string path, string label, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, MediaSniffer.HeadBytes, useAsync: true);
        var head = new byte[MediaSniffer.HeadBytes];
        var length = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        if (length == 0)
        {
            throw new MediaException($"{label} is an empty file.");
        }

        if (MediaSniffer.Recognise(head.AsSpan(0, length)) is not { } format)
        {
            var what = MediaSniffer.Describe(head.AsSpan(0, length));
            throw new MediaException($"{label} is not a video but {what}. Give the address of the video file itself (mp4, mov, webm).");
        }

        return format is not MediaFormat.Mp4 || await Mp4Boxes.AreCompleteAsync(file, cancellationToken)
            ? format
            : throw new MediaException($"{label} is cut off: its file ends before the video does. Upload or export it again.");
    }
}
