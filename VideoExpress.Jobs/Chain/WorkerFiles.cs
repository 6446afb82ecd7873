using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Fetch;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Fetches what a worker delivered, and checks length, hash and content.</summary>
internal sealed class WorkerFiles(SQLiteStorage storage, IObjectStore store, UrlFetcher web, MediaProbe probe, WorkFolders folders)
{
    /// <summary>A duration further from what was asked than this, in seconds, is worth a warning.</summary>
    private const double DurationTolerance = 0.1;

    private const double RateTolerance = 0.01;

    /// <summary>How much of the step's work this is (0 to 1): the same bytes go up again afterwards.</summary>
    public const double Share = 0.5;

    /// <summary>Fetches the files of the job's finished attempt, anew each time.</summary>
    /// <exception cref="DeliveryException">They are not there, or not what the worker reported.</exception>
    public async Task<(Attempt Attempt, Film Film)> FetchAsync(Turn turn, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var attempt = storage.Read(connection => ((Db)connection).CurrentAttempt(turn.Job.Id))!;
        var result = (attempt.Result is { } json ? WorkerResult.TryRead(json) : null)
            ?? throw new DeliveryException("The worker's result cannot be read.", canHeal: false);
        var folder = folders.Get(turn.Job.Id, "delivery");
        var files = new List<FilmFile>();
        var warnings = new List<string>(result.Warnings);
        var share = new ByteShare(progress, 0, Share, result.Files.Sum(file => (double)(file.Bytes ?? 0)));
        foreach (var wanted in turn.Parameters.WorkerOutputs)
        {
            var file = await FetchAsync(attempt, result, wanted, folder, share, cancellationToken);
            var facts = await probe.ProbeAsync(file.Path, "The worker's video", cancellationToken);
            Compare(turn.Parameters, facts, warnings);
            files.Add(file with { Facts = facts });
        }

        return (attempt, new Film(files, warnings));
    }

    private async Task<FilmFile> FetchAsync(
        Attempt attempt, WorkerResult result, WorkerOutput wanted, string folder, ByteShare share, CancellationToken cancellationToken)
    {
        var reported = result.Files.FirstOrDefault(file => file.Name == wanted.Name)
            ?? (result.VideoUrl is { } url ? new WorkerFile { Name = wanted.Name, Url = url } : null)
            ?? throw new DeliveryException($"The worker delivered no \"{wanted.Name}\".", canHeal: false);
        var path = Path.Combine(folder, wanted.FileName);
        await BringAsync(attempt, reported, wanted, path, share, cancellationToken);
        var file = await FilmFile.ReadAsync(wanted.Name, wanted.ContentType, path, cancellationToken);
        if ((reported.Bytes is { } bytes && bytes != file.Bytes) || (reported.Sha256 is { } hash && !hash.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase)))
        {
            // A second run of the same request may be putting the file at this moment.
            throw new DeliveryException($"The worker's \"{wanted.Name}\" is not the file that it reported: its length or hash differs.", canHeal: true);
        }

        return file;
    }

    private async Task BringAsync(
        Attempt attempt, WorkerFile reported, WorkerOutput wanted, string path, ByteShare share, CancellationToken cancellationToken)
    {
        if (reported.Base64 is { } inline)
        {
            await File.WriteAllBytesAsync(path, inline, cancellationToken);
            return;
        }

        if (!reported.Uploaded && reported.Url is { } text && Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            await web.FetchAsync(url, path, cancellationToken);
            return;
        }

        var progress = reported.Bytes is { } bytes ? share.Next(bytes) : null;
        if (!await store.TryDownloadAsync(StoreKey.Inbox(attempt.JobId, attempt.Id, wanted.FileName), path, progress, cancellationToken))
        {
            throw new DeliveryException($"The worker's \"{wanted.Name}\" is not in the store.", canHeal: true);
        }
    }

    /// <summary>What differs from what was asked is a warning, not a failure: it is paid for.</summary>
    private static void Compare(JobParameters parameters, MediaFacts facts, List<string> warnings)
    {
        if (parameters is not RenderJob asked)
        {
            return;
        }

        if (Math.Abs(facts.DurationSeconds - asked.Duration) > DurationTolerance)
        {
            warnings.Add(FormattableString.Invariant($"The video is {facts.DurationSeconds:0.##} s long; {asked.Duration:0.##} s were asked for."));
        }

        if (facts.Video is { } video && Math.Min(video.Width, video.Height) != asked.ShorterSide)
        {
            warnings.Add($"The video is {video.Width}x{video.Height}; {asked.Resolution} was asked for.");
        }

        if (asked.Fps is { } fps && facts.Video?.Rate is { } rate && Math.Abs(rate.PerSecond - fps) > RateTolerance)
        {
            warnings.Add(FormattableString.Invariant($"The video has {rate.PerSecond:0.##} frames a second; {fps} were asked for."));
        }
    }
}

/// <summary>What a worker delivered cannot be taken over.</summary>
internal sealed class DeliveryException(string message, bool canHeal) : JobException(message, canHeal);
