using VideoExpress.Jobs.Assets.Uploads;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Assets;

/// <summary>Finds out what a creator's file is, and takes a picture of it. What its owner says of it counts for nothing.</summary>
internal sealed class AssetExaminer(MediaProbe probe, ThumbnailMaker thumbnails, UploadFolder uploads) : IDisposable
{
    /// <summary>The field that errors name.</summary>
    public const string Field = "file";

    private const string Source = "source";
    private const int AtOnce = 2;

    // ffmpeg and ffprobe each take a core and their memory.
    private readonly SemaphoreSlim _atOnce = new(AtOnce);

    // The largest picture takes half a gigabyte: one after the other.
    private readonly SemaphoreSlim _picture = new(1);

    /// <summary>Examines the file at <paramref name="path"/>.</summary>
    /// <exception cref="InvalidFieldsException">It is no media that can be read; the sentence stands under <see cref="Field"/>.</exception>
    /// <exception cref="MediaException">It could not be examined now; it can heal.</exception>
    public async Task<Examined> ExamineAsync(string path, CancellationToken cancellationToken)
    {
        var head = await ReadHeadAsync(path, cancellationToken);
        if (head.Length == 0)
        {
            throw Refused("is empty.");
        }

        if (MediaSniffer.Recognise(head) is not { } format)
        {
            throw Refused($"is {MediaSniffer.Describe(head)}, not a video, a sound or a picture that can be read here (mp4, mov, webm, mp3, wav, png, jpeg, …).");
        }

        var turn = format.IsPicture() ? _picture : _atOnce;
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await LookAsync(path, head, cancellationToken);
        }
        catch (MediaException wrong) when (!wrong.CanHeal)
        {
            throw Refused(wrong.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The refusal of a file.</summary>
    public static InvalidFieldsException Refused(string sentence)
    {
        var errors = new FieldErrors();
        errors.Add(Field, sentence);
        return new InvalidFieldsException(errors);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _atOnce.Dispose();
        _picture.Dispose();
    }

    private async Task<Examined> LookAsync(string path, byte[] head, CancellationToken cancellationToken)
    {
        using var folder = WorkingFolder.Create(uploads.FullPath);
        var facts = await probe.ProbeAsync(folder.Link(path, Source), "The file", cancellationToken);
        if (facts.Video is { } video && (long)video.Width * video.Height > MediaProbe.MaxPixels)
        {
            throw Refused($"is {video.Width}x{video.Height} pixels large; up to {MediaProbe.MaxPixels / 1_000_000} megapixels can be read.");
        }

        var format = AssetFormat.Of(facts, head);
        var thumbnail = await thumbnails.MakeAsync(folder, Source, facts, format.Kind, cancellationToken);
        return new Examined(format, Facts(format.Kind, facts), thumbnail);
    }

    /// <summary>To ffprobe, also a GIF of one picture has a length and a rate.</summary>
    private static OutputFacts Facts(AssetKind kind, MediaFacts facts) =>
        OutputFacts.Of(facts) is var known && kind == AssetKind.Image ? new OutputFacts(Width: known.Width, Height: known.Height) : known;

    private static async Task<byte[]> ReadHeadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var head = new byte[MediaSniffer.HeadBytes];
        return head[..await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken)];
    }
}

/// <summary>What a file is.</summary>
/// <param name="Format">Its kind and format.</param>
/// <param name="Facts">Its size, length and codecs.</param>
/// <param name="Thumbnail">A JPEG; null for a sound.</param>
internal sealed record Examined(AssetFormat Format, OutputFacts Facts, byte[]? Thumbnail);
