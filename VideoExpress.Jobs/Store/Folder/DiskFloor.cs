namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Keeps files from filling the disk under the data folder, where the database must always find room.</summary>
/// <param name="folder">A folder on that disk.</param>
/// <param name="minFreeBytes"><see cref="StoreSettings.MinFreeBytes"/>.</param>
internal sealed class DiskFloor(string folder, long minFreeBytes)
{
    private long Size => new DriveInfo(folder).TotalSize;

    /// <summary>Looks for room.</summary>
    /// <param name="bytes">What is to be written.</param>
    /// <param name="why">Follows their number in the message.</param>
    /// <exception cref="StoreException">With that, less than the floor would be left.</exception>
    public void Require(long bytes, string why = "")
    {
        var free = DiskErrors.Explained(() => new DriveInfo(folder).AvailableFreeSpace);
        if (free - bytes < minFreeBytes)
        {
            throw new StoreException(
                $"The disk under the data folder is nearly full: {free >> 20} MiB are free, {bytes >> 20} MiB are to be stored{why}, and "
                + $"{minFreeBytes >> 20} MiB stay free (Store:MinFreeBytes). Make room.", canHeal: true);
        }
    }

    /// <summary>
    /// True when both look at one disk, which .NET tells by its size only: two disks of exactly one size count as one, and have to have
    /// more room than is needed rather than less.
    /// </summary>
    public bool IsOnDiskOf(DiskFloor other) => DiskErrors.Explained(() => Size == other.Size);
}
