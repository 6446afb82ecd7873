using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Provenance;

/// <summary>Adds to finished files how they were made, right before they are published.</summary>
internal sealed class Imprint(SQLiteStorage storage, ProvenanceSettings settings)
{
    /// <summary>
    /// Appends recipe and mark to the MP4 files among <paramref name="film"/>, in place, and adds the sidecar. The files must be untouched by an
    /// earlier run: what it appended is not looked for.
    /// </summary>
    /// <returns>The files as they are then, and a further warning for each that nothing can be appended to.</returns>
    public async Task<Film> AddAsync(Turn turn, Film film, CancellationToken cancellationToken)
    {
        var (attempt, known) = storage.Read(connection => (
            ((Db)connection).CurrentAttempt(turn.Job.Id), ((Db)connection).SourceTypeOf(turn.Job)));
        var type = settings.AiMark ? known : null;
        var recipe = Recipe.Write(turn.Job, attempt?.Result is { } result ? WorkerResult.TryRead(result) : null, type);
        byte[] boxes = [.. settings.EmbedRecipe ? Recipe.Box(recipe) : [], .. type is null ? [] : AiMark.Box(type)];

        var files = new List<FilmFile>();
        var warnings = new List<string>(film.Warnings);
        foreach (var file in film.Files)
        {
            files.Add(file.ContentType == "video/mp4" && boxes.Length > 0 ? await AppendAsync(file, boxes, warnings, cancellationToken) : file);
        }

        if (settings.Sidecar)
        {
            files.Add(await WriteSidecarAsync(film, recipe, cancellationToken));
        }

        return new Film(files, warnings);
    }

    private static async Task<FilmFile> AppendAsync(FilmFile file, byte[] boxes, List<string> warnings, CancellationToken cancellationToken)
    {
        if (await Mp4Tail.AppendAsync(file.Path, boxes, cancellationToken) is { } reason)
        {
            warnings.Add($"The {file.Name} file does not tell how it was made (recipe, AI mark): nothing can be appended to it, since {reason}.");
            return file;
        }

        return await FilmFile.ReadAsync(file.Name, file.ContentType, file.Path, cancellationToken) with { Facts = file.Facts };
    }

    private static async Task<FilmFile> WriteSidecarAsync(Film film, byte[] recipe, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetDirectoryName(film.Files[0].Path)!, $"{JobOutput.Recipe}.json");
        await File.WriteAllBytesAsync(path, recipe, cancellationToken);
        return await FilmFile.ReadAsync(JobOutput.Recipe, "application/json", path, cancellationToken);
    }
}
