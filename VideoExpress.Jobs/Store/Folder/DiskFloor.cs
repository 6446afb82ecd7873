namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Keeps files from filling a disk: under the data folder the database must always find room.</summary>
/// <param name="folder">A folder on that disk.</param>
/// <param name="minFreeBytes"><see cref="StoreSettings.MinFreeBytes"/>.</param>
/// <param name="place">What the folder is in, for the message.</param>
internal sealed class DiskFloor(string folder, long minFreeBytes, string place = DiskErrors.DataFolder)
{
    /// <exception cref="StoreException">With <paramref name="bytes"/> more, less than the floor would be left.</exception>
    public void Require(long bytes)
    {
        var free = DiskErrors.Explained(() => new DriveInfo(folder).AvailableFreeSpace, place);
        if (free - bytes < minFreeBytes)
        {
            throw new StoreException(
                $"The disk under {place} is nearly full: {Size(free)} are free, {Size(bytes)} are to be stored"
                + $"{(minFreeBytes > 0 ? $", and {Size(minFreeBytes)} stay free (Store:MinFreeBytes)" : "")}. Make room.", canHeal: true);
        }
    }

    private static string Size(long bytes) => bytes < 1 << 20 ? $"{bytes} bytes" : $"{bytes >> 20} MiB";
}
