using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>
/// The room that a file needs on its way in. Where the store is a folder, the file stands twice for a while, as it came in and as its copy
/// in the store: asked for too late, the second half would refuse a file that was received whole.
/// </summary>
/// <param name="folder">The uploads folder.</param>
/// <param name="minFreeBytes"><see cref="StoreSettings.MinFreeBytes"/>.</param>
/// <param name="store">Where files go from here.</param>
internal sealed class UploadRoom(string folder, long minFreeBytes, IObjectStore store)
{
    private readonly DiskFloor _uploads = new(folder, minFreeBytes);
    private readonly DiskFloor? _store = (store as FolderStore)?.Floor;

    /// <summary>Looks for room before something is written.</summary>
    /// <param name="more">What is to be written in the uploads folder, in bytes.</param>
    /// <param name="whole">The file's length afterwards, in bytes.</param>
    /// <exception cref="StoreException">There is none for it, or for its copy in the store.</exception>
    public void Require(long more, long whole)
    {
        if (_store?.IsOnDiskOf(_uploads) == true)
        {
            _uploads.Require(more + whole, " (an upload needs room as it comes in, and once more in the store)");
            return;
        }

        _uploads.Require(more);
        _store?.Require(whole);
    }
}
