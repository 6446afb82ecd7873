using System.Security.Cryptography;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs.Retention;

/// <summary>The reading half of a scrub: lists the store once and holds each file against its row.</summary>
internal sealed class ScrubComparison(SQLiteStorage storage, IObjectStore store, TimeProvider time)
{
    /// <summary>Between its put and its row a file is nobody's for a moment, and an upload may take hours.</summary>
    private static readonly TimeSpan OldEnough = TimeSpan.FromDays(1);

    /// <summary>Compares everything; with <paramref name="verify"/> each known file is read.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async Task<ScrubFindings> RunAsync(bool verify, CancellationToken cancellationToken)
    {
        var findings = new ScrubFindings();
        var unseen = storage.Read(connection => ((Db)connection).KnownFiles()).ToDictionary(file => file.Key, StringComparer.Ordinal);
        foreach (var prefix in StoreKey.Prefixes)
        {
            await foreach (var stored in store.ListAsync(prefix, cancellationToken))
            {
                findings.Count(stored);
                if (unseen.Remove(stored.Key.Value, out var file))
                {
                    findings.Add(file, await FaultAsync(file, stored, verify, cancellationToken));
                }
                else if (IsOrphan(stored))
                {
                    findings.AddOrphan(stored);
                }
            }
        }

        foreach (var file in StillKnown(unseen.Values))
        {
            findings.Add(file, FileFault.Missing);
        }

        return findings;
    }

    /// <summary>What was removed since the scrub began is not missing.</summary>
    private List<KnownFile> StillKnown(IEnumerable<KnownFile> files) => storage.Read(connection => files
        .Where(file => ((Db)connection).FindSource(StoreKey.Parse(file.Key)) is { IsListed: true, Trash: null or TrashState.Trashed }).ToList());

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
            return file.IsSpoilt ? FileFault.WrongContent : null; // only its hash could tell that it is whole again
        }

        await using var content = await store.OpenReadAsync(stored.Key, cancellationToken);
        if (content is null)
        {
            return FileFault.Missing;
        }

        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        return hash == file.Sha256 ? null : FileFault.WrongContent;
    }
}
