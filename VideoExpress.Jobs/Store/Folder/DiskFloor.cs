namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Keeps files from filling a disk: under the data folder the database must always find room.</summary>
/// <param name="folder">A folder on that disk.</param>
/// <param name="minFreeBytes"><see cref="StoreSettings.MinFreeBytes"/>.</param>
/// <param name="place">What the folder is in, for the message.</param>
internal sealed class DiskFloor(string folder, long minFreeBytes, string place = DiskErrors.DataFolder)
{
    private long Size => new DriveInfo(folder).TotalSize;

    /// <summary>Looks for room.</summary>
    /// <param name="bytes">What is to be written.</param>
    /// <param name="why">Follows their number in the message.</param>
    /// <exception cref="StoreException">With that, less than the floor would be left.</exception>
    public void Require(long bytes, string why = "")
    {
        var free = DiskErrors.Explained(() => new DriveInfo(folder).AvailableFreeSpace, place);
        if (free - bytes < minFreeBytes)
        {
            throw new StoreException(
                $"The disk under {place} is nearly full: {Words(free)} are free, {Words(bytes)} are to be stored{why}"
                + $"{(minFreeBytes > 0 ? $", and {Words(minFreeBytes)} stay free (Store:MinFreeBytes)" : "")}. Make room.", canHeal: true);
        }
    }

    /// <summary>
    /// True when both look at one disk, which .NET tells by its size only: two disks of exactly one size count as one, and have to have
    /// more room than is needed rather than less.
    /// </summary>
    public bool IsOnDiskOf(DiskFloor other) => DiskErrors.Explained(() => Size == other.Size, place);

    private static string Words(long bytes) => bytes < 1 << 20 ? $"{bytes} bytes" : $"{bytes >> 20} MiB";
}
