using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Chain;

/// <summary>What of an attempt is published already, while the ledger, put back from an older copy, had forgotten it.</summary>
internal sealed class PublishedEdition(SQLiteStorage storage, IObjectStore store, AttemptFiles files, MediaProbe probe, WorkFolders folders)
{
    /// <summary>Reads it back: each file is fetched, hashed and looked at, since nothing is known of it but its name.</summary>
    /// <returns>The worker's own files first; null when the job's attempt is none that was published.</returns>
    public async Task<IReadOnlyList<JobOutput>?> ReadBackAsync(Turn turn, CancellationToken cancellationToken)
    {
        var attempt = storage.Read(connection => ((Db)connection).CurrentAttempt(turn.Job.Id))!;
        if (!await files.IsPublishedAsync(attempt, turn.Parameters.WorkerOutputs, cancellationToken))
        {
            return null;
        }

        var own = turn.Parameters.WorkerOutputs.Select(output => output.FileName).ToList();
        var listed = await store.ListAsync($"jobs/{turn.Job.Id:D}/{attempt.Id:D}/", cancellationToken).ToListAsync(cancellationToken);
        var outputs = new List<JobOutput>();
        foreach (var stored in listed.OrderBy(stored => !own.Contains(stored.Key.Name)).ThenBy(stored => stored.Key.Name, StringComparer.Ordinal))
        {
            outputs.Add(await ReadAsync(turn.Job, stored.Key, cancellationToken));
        }

        return outputs;
    }

    private async Task<JobOutput> ReadAsync(Job job, StoreKey key, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folders.Get(job.Id, "published"), key.Name);
        if (!await store.TryDownloadAsync(key, path, null, cancellationToken))
        {
            throw new DeliveryException($"The published \"{key.Name}\" has just gone from the store.", canHeal: true);
        }

        var file = await FilmFile.ReadAsync(Path.GetFileNameWithoutExtension(key.Name), MediaTypes.Of(key.Name), path, cancellationToken);
        var facts = file.IsMedia ? OutputFacts.Of(await probe.ProbeAsync(path, $"The {file.Name}", cancellationToken)) : null;
        return new JobOutput(file.Name, key, file.ContentType, file.Bytes, file.Sha256, facts);
    }
}
