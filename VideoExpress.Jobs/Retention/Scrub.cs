using System.Security.Cryptography;
using Hangfire;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>
/// Compares the store with the database: files that no row knows, and rows whose file is not there or is another one. On its schedule it only
/// reports: to a database that is older than the store, as after a restore, finished results look like orphans.
/// </summary>
internal sealed partial class Scrub(
    SQLiteStorage storage, JobTransitions transitions, IObjectStore store, TimeProvider time, ILogger<Scrub> logger)
{
    /// <summary>Between its put and its row a file is nobody's for a moment, and an upload may take hours.</summary>
    private static readonly TimeSpan OldEnough = TimeSpan.FromDays(1);

    private static readonly string[] Ours = ["jobs/", "assets/", "inbox/"];

    /// <summary>Hangfire's entry point: a report, in the log and as the recurring job's result.</summary>
    [Queue(StepQueues.Upkeep)]
    public async Task<string> ReportAsync(CancellationToken cancellationToken) =>
        (await RunAsync(repair: false, verify: false, cancellationToken)).ToString();

    /// <summary>Compares, and mends where asked.</summary>
    /// <param name="repair">
    /// True: orphans are deleted, and rows without their file are marked, so that no dead URL is handed out; the mark goes when the file is
    /// there again.
    /// </param>
    /// <param name="verify">True: each known file is read and its sha256 compared.</param>
    /// <param name="cancellationToken">Ends it; what was mended stays so.</param>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<ScrubReport> RunAsync(bool repair, bool verify, CancellationToken cancellationToken)
    {
        var known = storage.Read(connection => ((Db)connection).KnownFiles()).ToDictionary(file => file.Key, StringComparer.Ordinal);
        var (orphans, damaged, found) = (new List<StoredObject>(), new List<DamagedFile>(), new List<KnownFile>());
        var (files, bytes) = (0L, 0L);
        await foreach (var stored in Ours.ToAsyncEnumerable().SelectMany(prefix => store.ListAsync(prefix, cancellationToken)).WithCancellation(cancellationToken))
        {
            (files, bytes) = (files + 1, bytes + stored.Length);
            if (!known.Remove(stored.Key.Value, out var file))
            {
                orphans.AddRange(IsOrphan(stored) ? [stored] : []);
            }
            else if (await FaultAsync(file, stored, verify, cancellationToken) is { } fault)
            {
                damaged.Add(new DamagedFile(file.Owner, file.Name, file.Key, fault));
            }
            else if (file.IsMarked)
            {
                found.Add(file);
            }
        }

        damaged.AddRange(StillKnown(known.Values).Select(file => new DamagedFile(file.Owner, file.Name, file.Key, FileFault.Missing)));
        if (repair)
        {
            await RepairAsync(orphans, damaged, found, cancellationToken);
        }

        var report = new ScrubReport(
            files, bytes, [.. orphans.Select(orphan => new OrphanFile(orphan.Key.Value, orphan.Length, orphan.ModifiedAt))], damaged, repair);
        Log(report);
        return report;
    }

    /// <summary>What was removed since the scrub began is not missing.</summary>
    private List<KnownFile> StillKnown(IEnumerable<KnownFile> files) => storage.Read(connection => files
        .Where(file => ((Db)connection).OwnerOf(StoreKey.Parse(file.Key)) is { Trash: null or TrashState.Trashed }).ToList());

    private async Task RepairAsync(
        IEnumerable<StoredObject> orphans, IEnumerable<DamagedFile> damaged, IEnumerable<KnownFile> found, CancellationToken cancellationToken)
    {
        foreach (var orphan in orphans.Where(IsOrphan))
        {
            await store.DeleteAsync(orphan.Key, cancellationToken);
        }

        using var unitOfWork = storage.BeginUnitOfWork();
        foreach (var file in damaged)
        {
            transitions.LoseFile(unitOfWork, StoreKey.Parse(file.Key), file.Name);
        }

        foreach (var file in found)
        {
            transitions.FindFile(unitOfWork, StoreKey.Parse(file.Key), file.Name);
        }

        unitOfWork.Commit();
    }

    private bool IsOrphan(StoredObject stored) =>
        time.GetUtcNow() - stored.ModifiedAt > OldEnough && !storage.Read(connection => ((Db)connection).IsWanted(stored.Key));

    private async Task<FileFault?> FaultAsync(KnownFile file, StoredObject stored, bool verify, CancellationToken cancellationToken)
    {
        if (file.Bytes is { } expected && expected != stored.Length)
        {
            return FileFault.WrongLength;
        }

        if (!verify || file.Sha256 is null)
        {
            return null;
        }

        await using var content = await store.OpenReadAsync(stored.Key, cancellationToken);
        if (content is null)
        {
            return FileFault.Missing;
        }

        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        return hash == file.Sha256 ? null : FileFault.WrongContent;
    }

    private void Log(ScrubReport report)
    {
        if (report.Damaged.Count > 0)
        {
            LogDamaged(report.Damaged.Count, report.Damaged[0].Key);
        }

        LogReport(report);
    }

    [LoggerMessage(LogLevel.Information, "Scrubbed the store: {Report}")]
    private partial void LogReport(ScrubReport report);

    [LoggerMessage(LogLevel.Error, "{Count} files are missing or damaged in the store, the first is {Key}; GET /retention/scrub lists them")]
    private partial void LogDamaged(int count, string key);
}
