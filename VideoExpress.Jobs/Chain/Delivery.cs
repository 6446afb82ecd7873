using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Fetch;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>Fetches what a worker delivered, checks length, hash and content, and publishes the checked bytes.</summary>
internal sealed class Delivery(
    SQLiteStorage storage, IObjectStore store, UrlFetcher web, MediaProbe probe, PosterMaker posters, WorkFolders folders)
{
    /// <summary>A duration or size further from what was asked than this is worth a warning.</summary>
    private const double DurationTolerance = 0.1;

    /// <summary>Collects the files of the job's finished attempt; a video that is the last word gets a poster.</summary>
    public async Task<(IReadOnlyList<JobOutput> Outputs, IReadOnlyList<string> Warnings)> CollectAsync(Turn turn, CancellationToken cancellationToken)
    {
        var attempt = storage.Read(connection => ((Db)connection).LastAttempt(turn.Job.Id))!;
        var result = (attempt.Result is { } json ? WorkerResult.TryRead(json) : null)
            ?? throw new DeliveryException("The worker's result cannot be read.", canHeal: false);
        var folder = folders.Get(turn.Job.Id, "delivery");
        var outputs = new List<JobOutput>();
        var warnings = new List<string>(result.Warnings);
        foreach (var wanted in turn.Parameters.WorkerOutputs)
        {
            var file = await FetchAsync(attempt, result, wanted, folder, cancellationToken);
            var facts = await probe.ProbeAsync(file.Path, "The worker's video", cancellationToken);
            Compare(turn.Parameters, facts, warnings);
            outputs.Add(await PublishAsync(StoreKey.Published(turn.Job.Id, attempt.Id.Text(), wanted.FileName), file, cancellationToken, facts));
            if (turn.IsLast && wanted == WorkerOutput.Video)
            {
                outputs.Add(await PublishPosterAsync(turn.Job, attempt, file, folder, cancellationToken));
            }
        }

        return (outputs, warnings);
    }

    /// <summary>Puts a checked file under its published key; the same bytes twice are put once.</summary>
    public async Task<JobOutput> PublishAsync(StoreKey key, FilmFile file, CancellationToken cancellationToken, MediaFacts? facts = null)
    {
        await using var content = File.OpenRead(file.Path);
        await store.PutAsync(key, content, file.Bytes, file.ContentType, cancellationToken);
        facts ??= file.ContentType.StartsWith("video/", StringComparison.Ordinal)
            ? await probe.ProbeAsync(file.Path, "The film", cancellationToken)
            : null;
        return new JobOutput(file.Name, key, file.ContentType, file.Bytes, file.Sha256, facts is null ? null : OutputFacts.Of(facts));
    }

    private async Task<JobOutput> PublishPosterAsync(Job job, Attempt attempt, FilmFile video, string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "poster.jpg");
        await posters.MakePosterAsync(video.Path, path, cancellationToken);
        var poster = await FilmFile.ReadAsync("poster", "image/jpeg", path, cancellationToken);
        return await PublishAsync(StoreKey.Published(job.Id, attempt.Id.Text(), "poster.jpg"), poster, cancellationToken);
    }

    private async Task<FilmFile> FetchAsync(
        Attempt attempt, WorkerResult result, WorkerOutput wanted, string folder, CancellationToken cancellationToken)
    {
        var reported = result.Files.FirstOrDefault(file => file.Name == wanted.Name)
            ?? (result.VideoUrl is { } url ? new WorkerFile { Name = wanted.Name, Url = url } : null)
            ?? throw new DeliveryException($"The worker delivered no \"{wanted.Name}\".", canHeal: false);
        var path = Path.Combine(folder, wanted.FileName);
        await BringAsync(attempt, reported, wanted, path, cancellationToken);
        var file = await FilmFile.ReadAsync(wanted.Name, wanted.ContentType, path, cancellationToken);
        if ((reported.Bytes is { } bytes && bytes != file.Bytes) || (reported.Sha256 is { } hash && !hash.Equals(file.Sha256, StringComparison.OrdinalIgnoreCase)))
        {
            // A second run of the same request may be putting the file at this moment.
            throw new DeliveryException($"The worker's \"{wanted.Name}\" is not the file that it reported: its length or hash differs.", canHeal: true);
        }

        return file;
    }

    private async Task BringAsync(Attempt attempt, WorkerFile reported, WorkerOutput wanted, string path, CancellationToken cancellationToken)
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

        await using var content = await store.OpenReadAsync(StoreKey.Inbox(attempt.JobId, attempt.Id, wanted.FileName), cancellationToken)
            ?? throw new DeliveryException($"The worker's \"{wanted.Name}\" is not in the store.", canHeal: true);
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, useAsync: true);
        await content.CopyToAsync(file, cancellationToken);
    }

    private static void Compare(JobParameters parameters, MediaFacts facts, List<string> warnings)
    {
        if (parameters is RenderJob { Duration: var asked } && Math.Abs(facts.DurationSeconds - asked) > DurationTolerance)
        {
            warnings.Add(FormattableString.Invariant($"The video is {facts.DurationSeconds:0.##} s long; {asked:0.##} s were asked for."));
        }
    }
}

/// <summary>What a worker delivered cannot be taken over.</summary>
internal sealed class DeliveryException(string message, bool canHeal) : JobException(message, canHeal);
