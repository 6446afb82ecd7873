namespace VideoExpress.Jobs.Store;

/// <summary>Chooses the store that the settings describe.</summary>
public static class ObjectStores
{
    /// <summary>The file of the key that signs the folder's URLs.</summary>
    public static string SigningKeyPath(string dataFolder) => Path.Combine(dataFolder, "url-signing.key");

    /// <summary>The bucket when one is named, else the folder <c>store</c> in the data folder.</summary>
    /// <param name="settings">Checked by <see cref="StoreSettings.Validate"/>.</param>
    /// <param name="dataFolder">Exists; also keeps <c>url-signing.key</c>.</param>
    /// <param name="time">The clock of URLs, dates, time-outs and pauses.</param>
    /// <returns>One for the whole process; to be disposed with it where it is <see cref="IDisposable"/>.</returns>
    /// <exception cref="InvalidDataException">The key file is damaged; the message says what to do.</exception>
    public static IObjectStore Create(StoreSettings settings, string dataFolder, TimeProvider time) => settings.Bucket is null
        ? new FolderStore(
            Path.Combine(dataFolder, "store"),
            KeyFile.LoadOrCreate(SigningKeyPath(dataFolder)),
            time,
            settings)
        : new S3Store(settings, time);
}
