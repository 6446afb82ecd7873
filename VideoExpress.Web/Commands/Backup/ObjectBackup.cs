using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Web.Commands.Backup;

/// <summary>Brings the objects that a database names into a backup, or finds out that they are in the bucket.</summary>
/// <param name="store">Where they are.</param>
/// <param name="folder">Where they go.</param>
/// <param name="before">The backup that is there already, or null.</param>
/// <param name="time">The clock.</param>
internal sealed class ObjectBackup(IObjectStore store, BackupFolder folder, Manifest? before, TimeProvider time)
{
    private readonly Dictionary<string, ManifestObject> _before =
        (before?.Objects ?? []).ToDictionary(known => known.Key, StringComparer.Ordinal);

    private readonly List<ManifestObject> _objects = [];
    private readonly List<ManifestObject> _own = [];
    private readonly List<(string Key, string Reason)> _missing = [];

    /// <summary>Published objects that the backup has, or that are in the bucket.</summary>
    public IReadOnlyList<ManifestObject> Objects => _objects;

    /// <summary>Objects that may change: only this backup has them.</summary>
    public IReadOnlyList<ManifestObject> Own => _own;

    /// <summary>What the store does not have whole, and why.</summary>
    public IReadOnlyList<(string Key, string Reason)> Missing => _missing;

    /// <summary>How many were copied now.</summary>
    public int Copied { get; private set; }

    /// <summary>Copies what the backup does not have yet.</summary>
    public async Task CopyAsync(string name, NamedFiles named, CancellationToken cancellationToken)
    {
        var (published, own) = (folder.Published(time), folder.Own(name, time));
        foreach (var wanted in named.Published)
        {
            await CopyPublishedAsync(wanted, published, own, cancellationToken);
        }

        foreach (var inbox in named.Inboxes)
        {
            // What is put while we copy belongs to a later moment than the database, and is welcome.
            foreach (var put in await store.ListAsync(inbox, cancellationToken).ToListAsync(cancellationToken))
            {
                if (await PutAsync(put.Key, own, cancellationToken) is { } copied)
                {
                    _own.Add(copied);
                }
            }
        }
    }

    /// <summary>Looks which of them are in the bucket.</summary>
    public async Task LookAsync(NamedFiles named, CancellationToken cancellationToken)
    {
        var lengths = await BucketListing.ReadAsync(store, named.Published.Select(wanted => wanted.Key), cancellationToken);
        foreach (var wanted in named.Published)
        {
            if (!lengths.TryGetValue(wanted.Key, out var length))
            {
                Miss(wanted, "not in the bucket");
            }
            else if (wanted.Bytes is { } bytes && bytes != length)
            {
                Miss(wanted, $"has {length} bytes in the bucket, and had {bytes}");
            }
            else
            {
                _objects.Add(new ManifestObject(wanted.Key, length, wanted.Sha256));
            }
        }
    }

    private async Task CopyPublishedAsync(KnownFile wanted, FolderStore published, FolderStore own, CancellationToken cancellationToken)
    {
        var key = StoreKey.Parse(wanted.Key);
        var kept = await KeptAsync(wanted, key, published, cancellationToken);
        if (kept is not null)
        {
            _objects.Add(kept);
        }

        if (await store.StatAsync(key, cancellationToken) is not { } stored)
        {
            Miss(wanted, kept is null ? "not in the store" : "not in the store; an earlier backup had it, and it is kept");
        }
        else if (kept is null && wanted.Bytes is { } bytes && bytes != stored.Length)
        {
            Miss(wanted, $"has {stored.Length} bytes, and had {bytes}");
        }
        else if (kept is null && _before.ContainsKey(wanted.Key))
        {
            // After a restore a job may be made anew, and publish other bytes: those of the backup before stay until it is replaced.
            await AddAsync(wanted, key, own, _own, cancellationToken);
        }
        else if (kept is null)
        {
            await published.DeleteAsync(key, cancellationToken);
            await AddAsync(wanted, key, published, _objects, cancellationToken);
        }
    }

    /// <summary>What a scrub has told already, and the server does not hand out any more, is not told each time.</summary>
    private void Miss(KnownFile wanted, string reason)
    {
        if (!wanted.IsMarked)
        {
            _missing.Add((wanted.Key, reason));
        }
    }

    private async Task AddAsync(
        KnownFile wanted, StoreKey key, FolderStore target, List<ManifestObject> list, CancellationToken cancellationToken)
    {
        if (await PutAsync(key, target, cancellationToken) is not { } copied)
        {
            return;
        }

        if (wanted.Sha256 is null || wanted.Sha256 == copied.Sha256)
        {
            list.Add(copied);
            return;
        }

        await target.DeleteAsync(key, cancellationToken);
        Copied--;
        Miss(wanted, "damaged: its sha256 is not the one that was published");
    }

    /// <summary>What the backup has of it already, whole; published objects never change, so one of the same hash and length is the same.</summary>
    private async Task<ManifestObject?> KeptAsync(KnownFile wanted, StoreKey key, FolderStore target, CancellationToken cancellationToken)
    {
        if (await target.StatAsync(key, cancellationToken) is not { } there)
        {
            return null;
        }

        // One that was copied by a backup which was killed stands in no manifest: it is read again.
        var known = _before.GetValueOrDefault(wanted.Key)
            ?? new ManifestObject(wanted.Key, there.Length, (await PrivateFile.ReadAsync(target.PathOf(key), "", cancellationToken)).Sha256);
        return known.Bytes == there.Length && (wanted.Sha256 ?? known.Sha256) == known.Sha256 ? known : null;
    }

    /// <summary>Copies an object; null, and one more is missing, when it cannot be read.</summary>
    private async Task<ManifestObject?> PutAsync(StoreKey key, FolderStore target, CancellationToken cancellationToken)
    {
        var stored = await store.StatAsync(key, cancellationToken);
        await using var content = await store.OpenReadAsync(key, cancellationToken);
        if (stored is null || content is null)
        {
            _missing.Add((key.Value, "removed while it was to be copied"));
            return null;
        }

        try
        {
            var sha256 = await target.PutAsync(key, content, new NewObject(stored.Length, stored.ContentType!), cancellationToken);
            Copied++;
            return new ManifestObject(key.Value, stored.Length, sha256);
        }
        catch (IOException error)
        {
            _missing.Add((key.Value, $"cannot be read: {error.Message}"));
            return null;
        }
    }
}
