namespace VideoExpress.Jobs.Retention;

/// <summary>How the store and the database fit together.</summary>
/// <param name="Files">Files of ours in the store.</param>
/// <param name="Bytes">What they take.</param>
/// <param name="Orphans">Files older than a day that nothing in the database knows or will know.</param>
/// <param name="Damaged">Files that the database knows, and that are missing or others.</param>
/// <param name="Repaired">True when orphans were deleted and rows of damaged files marked.</param>
public sealed record ScrubReport(
    long Files, long Bytes, IReadOnlyList<OrphanFile> Orphans, IReadOnlyList<DamagedFile> Damaged, bool Repaired)
{
    /// <summary>The numbers in a sentence.</summary>
    public override string ToString() =>
        $"{Files} files of {Bytes} bytes; {Orphans.Count} orphans of {Orphans.Sum(orphan => orphan.Bytes)} bytes, {Damaged.Count} missing or damaged"
        + (Repaired ? "; repaired." : ".");
}

/// <summary>A file that nothing knows.</summary>
/// <param name="Key">Where it lies in the store.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="ModifiedAt">When it was put, UTC.</param>
public sealed record OrphanFile(string Key, long Bytes, DateTimeOffset ModifiedAt);

/// <summary>A file that is not as the database says.</summary>
/// <param name="Owner">Where the API has what it belongs to, such as <c>/jobs/{id}</c>.</param>
/// <param name="Name">Such as <c>video</c>.</param>
/// <param name="Key">Where it should lie in the store.</param>
/// <param name="Fault">What is wrong.</param>
public sealed record DamagedFile(string Owner, string Name, string Key, FileFault Fault);
