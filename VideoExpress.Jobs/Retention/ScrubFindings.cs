using VideoExpress.Jobs.Store;

namespace VideoExpress.Jobs.Retention;

/// <summary>What a scrub has found so far.</summary>
internal sealed class ScrubFindings
{
    private readonly List<StoredObject> _orphans = [];
    private readonly List<(KnownFile File, FileFault Fault)> _damaged = [];
    private readonly List<KnownFile> _healed = [];
    private long _files;
    private long _bytes;

    /// <summary>Files that nothing knows or will know.</summary>
    public IReadOnlyList<StoredObject> Orphans => _orphans;

    /// <summary>Known files that are missing or others.</summary>
    public IReadOnlyList<(KnownFile File, FileFault Fault)> Damaged => _damaged;

    /// <summary>Files that are marked, and whole again.</summary>
    public IReadOnlyList<KnownFile> Healed => _healed;

    /// <summary>A file of ours is in the store.</summary>
    public void Count(StoredObject stored)
    {
        _files++;
        _bytes += stored.Length;
    }

    public void AddOrphan(StoredObject stored) => _orphans.Add(stored);

    /// <summary>A known file was looked at.</summary>
    public void Add(KnownFile file, FileFault? fault)
    {
        if (fault is { } wrong)
        {
            _damaged.Add((file, wrong));
        }
        else if (file.IsMarked)
        {
            _healed.Add(file);
        }
    }

    /// <summary>All of it, for the owner of the server.</summary>
    public ScrubReport Report(bool repaired) => new(
        _files,
        _bytes,
        _orphans.ConvertAll(orphan => new OrphanFile(orphan.Key.Value, orphan.Length, orphan.ModifiedAt)),
        _damaged.ConvertAll(found => new DamagedFile(found.File.Owner, found.File.Name, found.File.Key, found.Fault)),
        repaired);
}
