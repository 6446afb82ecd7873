using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Failpoints;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Provenance;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Chain;

/// <summary>Publishes what a worker or FFmpeg has made, with what belongs to it: a poster, and how it was made.</summary>
internal sealed class Delivery(IObjectStore store, MediaProbe probe, PosterMaker posters, WorkerFiles worker, PublishedEdition published, Imprint imprint)
{
    private const int MaxEditions = 100;

    /// <summary>Publishes the files of the job's finished attempt, or keeps them as raw takes, untouched, when a stitch follows.</summary>
    public async Task<(IReadOnlyList<JobOutput> Outputs, IReadOnlyList<string> Warnings)> CollectAsync(
        Turn turn, IProgress<double> progress, CancellationToken cancellationToken)
    {
        Attempt attempt;
        Film film;
        try
        {
            (attempt, film) = await worker.FetchAsync(turn, progress, cancellationToken);
        }
        catch (DeliveryException)
        {
            // What is published was checked; the inbox may have been swept since, before the database was put back from an older copy.
            if (await published.ReadBackAsync(turn, cancellationToken) is { } before)
            {
                return (before, []);
            }

            throw;
        }

        if (turn.IsLast)
        {
            film = await imprint.AddAsync(turn, await WithPosterAsync(film, cancellationToken), cancellationToken);
        }

        var share = () => new ByteShare(progress, WorkerFiles.Share, 1, film.Files.Sum(file => file.Bytes));
        var outputs = await PublishAsync(turn.Job, n => n == 1 ? attempt.Id.Text() : $"{attempt.Id:D}-{n}", film.Files, share, cancellationToken);
        return (outputs, film.Warnings);
    }

    /// <summary>Publishes the film that FFmpeg made.</summary>
    public async Task<(IReadOnlyList<JobOutput> Outputs, IReadOnlyList<string> Warnings)> PublishAsync(
        Turn turn, Film film, IProgress<double> progress, CancellationToken cancellationToken)
    {
        film = await imprint.AddAsync(turn, film, cancellationToken);
        var share = () => new ByteShare(progress, 0, 1, film.Files.Sum(file => file.Bytes));
        var outputs = await PublishAsync(turn.Job, n => $"export-{n}", film.Files, share, cancellationToken);
        return (outputs, film.Warnings);
    }

    /// <summary>
    /// Puts checked files under the published keys of one edition: the first one in which nothing else is published. The same bytes twice
    /// are put once, so a step that is run again publishes nothing new.
    /// </summary>
    private async Task<IReadOnlyList<JobOutput>> PublishAsync(
        Job job, Func<int, string> editionName, IReadOnlyList<FilmFile> files, Func<ByteShare> newShare, CancellationToken cancellationToken)
    {
        for (var edition = 1; ; edition++)
        {
            try
            {
                var (outputs, share) = (new List<JobOutput>(), newShare());
                foreach (var file in files)
                {
                    var key = StoreKey.Published(job.Id, editionName(edition), file.Name + Path.GetExtension(file.Path));
                    outputs.Add(await PublishAsync(job, key, file, share.Next(file.Bytes), cancellationToken));
                    Failpoint.Reach(FailpointNames.FilePublished);
                }

                return outputs;
            }
            catch (StoreException taken) when (taken.IsConflict && edition < MaxEditions)
            {
                // An earlier try published other bytes there, and what is published is never overwritten.
            }
        }
    }

    private async Task<JobOutput> PublishAsync(
        Job job, StoreKey key, FilmFile file, IProgress<long> progress, CancellationToken cancellationToken)
    {
        var facts = file.IsMedia
            ? file.Facts ?? await probe.ProbeAsync(file.Path, $"The {file.Name}", cancellationToken)
            : null;
        await using var content = File.OpenRead(file.Path);
        var what = new NewObject(file.Bytes, file.ContentType)
        {
            Sha256 = file.Sha256,
            DownloadName = job.DownloadNameOf(key),
            Progress = progress,
        };
        var sha256 = await store.PutAsync(key, content, what, cancellationToken);
        return new JobOutput(file.Name, key, file.ContentType, file.Bytes, sha256, facts is null ? null : OutputFacts.Of(facts));
    }

    private async Task<Film> WithPosterAsync(Film film, CancellationToken cancellationToken)
    {
        if (film.Files.FirstOrDefault(file => file.Name == WorkerOutput.Video.Name) is not { Facts: { } facts } video)
        {
            return film;
        }

        var path = Path.Combine(Path.GetDirectoryName(video.Path)!, $"{JobOutput.Poster}.jpg");
        await posters.MakePosterAsync(video.Path, facts, path, cancellationToken);
        return film with { Files = [.. film.Files, await FilmFile.ReadAsync(JobOutput.Poster, "image/jpeg", path, cancellationToken)] };
    }
}
