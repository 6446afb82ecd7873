using System.Text.Json;
using System.Text.Json.Serialization;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Types;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Timeline;

/// <summary>
/// Makes a job's film in its scratch folder, once: the Stitch step calls it to make the files, the Upload step to get them. Should they
/// be gone or damaged in between, they are made again.
/// </summary>
internal sealed class FilmMaker(SQLiteStorage storage, IObjectStore store, SourceFetcher sources, Stitcher stitcher, WorkFolders folders)
{
    private const string ManifestName = "film.json";
    private const int ParallelFetches = 4;

    /// <summary>Share of the work that fetching the sources is taken for, in 0 to 1 of progress.</summary>
    private const double FetchShare = 0.15;

    public async Task<Film> EnsureAsync(Turn turn, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var folder = folders.Get(turn.Job.Id, "film");
        if (await ReadAsync(folder, cancellationToken) is { } made)
        {
            return made;
        }

        var clips = await FetchClipsAsync(turn, progress, cancellationToken);
        var request = new StitchRequest(clips, turn.Parameters.BurnedCaptions);
        var part = new DirectProgress<double>(share => progress.Report(FetchShare + ((1 - FetchShare) * share)));
        var result = await stitcher.RunAsync(request, folder, part, cancellationToken);
        var film = new Film(
        [
            await FilmFile.ReadAsync("video", "video/mp4", result.VideoPath, cancellationToken),
            await FilmFile.ReadAsync(PlannedOutput.Subtitles.Name, "application/x-subrip", result.SubtitlesPath, cancellationToken),
            await FilmFile.ReadAsync(JobOutput.Poster, "image/jpeg", result.PosterPath, cancellationToken),
        ],
            result.Warnings);
        await WriteAsync(folder, film, cancellationToken);
        return film;
    }

    private async Task<IReadOnlyList<StitchClip>> FetchClipsAsync(Turn turn, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var folder = folders.Get(turn.Job.Id, "sources");
        var wanted = Wanted(turn);
        var done = 0;
        await Parallel.ForEachAsync(
            wanted.Where(clip => !File.Exists(clip.PathIn(folder))).DistinctBy(clip => clip.FileName),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelFetches, CancellationToken = cancellationToken },
            async (clip, token) =>
            {
                var path = clip.PathIn(folder);
                await clip.FetchAsync(path + ".part", token);
                File.Move(path + ".part", path, overwrite: true);
                progress.Report(FetchShare * Interlocked.Increment(ref done) / wanted.Count);
            });
        return [.. wanted.Select(clip => new StitchClip(clip.PathIn(folder), clip.Start, clip.End, clip.Label))];
    }

    /// <summary>What the film is made of: the export's clips, or the takes that this job's own GPU step made.</summary>
    private List<WantedClip> Wanted(Turn turn)
    {
        if (turn.Parameters is ExportJob export)
        {
            var names = export.Clips.Select(clip => clip.Url).Distinct().Index().ToDictionary(pair => pair.Item, pair => $"s{pair.Index}");
            return [.. export.Clips.Index().Select(pair => new WantedClip(
                names[pair.Item.Url], $"Clip {pair.Index + 1}", pair.Item.Start, pair.Item.End,
                (path, token) => sources.FetchAsync(pair.Item.Url, $"Clip {pair.Index + 1}", path, token)))];
        }

        var takes = storage.Read(connection => ((Db)connection).OutputsOf(turn.Job.Id, OutputTable.Take));
        return [.. takes.Index().Select(pair => new WantedClip(
            $"take{pair.Index}", $"Take {pair.Index + 1}", 0, null, (path, token) => FetchTakeAsync(pair.Item, path, token)))];
    }

    private async Task FetchTakeAsync(JobOutput take, string path, CancellationToken cancellationToken)
    {
        if (!await store.TryDownloadAsync(take.Key, path, cancellationToken))
        {
            throw new SourceException($"The raw take {take.Key} is no longer in the store.");
        }
    }

    private static async Task<Film?> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var manifest = Path.Combine(folder, ManifestName);
        if (!File.Exists(manifest))
        {
            return null;
        }

        var film = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(manifest, cancellationToken), FilmJson.Default.Film)!;
        foreach (var file in film.Files)
        {
            CutBack(file);
            if (!File.Exists(file.Path) || await FilmFile.ReadAsync(file.Name, file.ContentType, file.Path, cancellationToken) != file)
            {
                return null;
            }
        }

        return film;
    }

    /// <summary>Takes off what a publication that was interrupted has appended.</summary>
    private static void CutBack(FilmFile file)
    {
        if (new FileInfo(file.Path) is { Exists: true } now && now.Length > file.Bytes)
        {
            using var stream = now.Open(FileMode.Open, FileAccess.Write);
            stream.SetLength(file.Bytes);
        }
    }

    private static async Task WriteAsync(string folder, Film film, CancellationToken cancellationToken)
    {
        var manifest = Path.Combine(folder, ManifestName);
        await File.WriteAllBytesAsync(manifest + ".part", JsonSerializer.SerializeToUtf8Bytes(film, FilmJson.Default.Film), cancellationToken);
        File.Move(manifest + ".part", manifest, overwrite: true);
    }

    private sealed record WantedClip(string FileName, string Label, double Start, double? End, Func<string, CancellationToken, Task> FetchAsync)
    {
        public string PathIn(string folder) => Path.Combine(folder, FileName);
    }
}

[JsonSerializable(typeof(Film))]
internal sealed partial class FilmJson : JsonSerializerContext;
