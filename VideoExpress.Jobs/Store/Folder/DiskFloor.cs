namespace VideoExpress.Jobs.Store.Folder;

/// <summary>Keeps files from filling the disk under the data folder, where the database must always find room.</summary>
/// <param name="folder">A folder on that disk.</param>
/// <param name="minFreeBytes"><see cref="StoreSettings.MinFreeBytes"/>.</param>
internal sealed class DiskFloor(string folder, long minFreeBytes)
{
    /// <exception cref="StoreException">With <paramref name="bytes"/> more, less than the floor would be left.</exception>
    public void Require(long bytes)
    {
        var free = DiskErrors.Explained(() => new DriveInfo(folder).AvailableFreeSpace);
        if (free - bytes < minFreeBytes)
        {
            throw new StoreException(
                $"The disk under the data folder is nearly full: {free >> 20} MiB are free, {bytes >> 20} MiB are to be stored, and "
                + $"{minFreeBytes >> 20} MiB stay free (Store:MinFreeBytes). Make room.", canHeal: true);
        }
    }
}
