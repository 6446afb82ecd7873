using VideoExpress.Jobs.Store;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Commands;

/// <summary>The store that the settings describe, for as long as a command needs it; nothing is signed with it.</summary>
internal sealed class StoreAtHand : IDisposable
{
    private readonly S3Store? _bucket;

    private StoreAtHand(IObjectStore objects) => (Objects, _bucket) = (objects, objects as S3Store);

    /// <summary>Its objects.</summary>
    public IObjectStore Objects { get; }

    /// <summary>Opens the bucket, or the folder, which may be in use by a server.</summary>
    public static StoreAtHand Open(StoreSettings settings, DataFolder data, TimeProvider time) =>
        new(settings.Bucket is null ? new FolderStore(data.Store, signingKey: null, time, settings) : new S3Store(settings, time));

    /// <inheritdoc />
    public void Dispose() => _bucket?.Dispose();
}
