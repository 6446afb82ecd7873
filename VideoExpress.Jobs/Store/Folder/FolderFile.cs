using System.Text;

namespace VideoExpress.Jobs.Store.Folder;

/// <summary>An open file of the local folder: its content stays what it was while others put and delete.</summary>
/// <param name="Object">What is known of it.</param>
/// <param name="Content">Its bytes, from the start.</param>
internal sealed record FolderFile(StoredObject Object, FileStream Content) : IDisposable
{
    /// <summary>Opens it; null when it is gone.</summary>
    public static FolderFile? Open(StoreKey key, string path)
    {
        try
        {
            var type = TypeAt(FolderLayout.TypePathOf(path)) ?? MediaTypes.Of(key.Name);
            var content = new FileStream(path, new FileStreamOptions
            {
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
            return new FolderFile(new StoredObject(key, content.Length, type, File.GetLastWriteTimeUtc(content.SafeFileHandle)), content);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>What the file beside it holds when its name does not tell its media type.</summary>
    public static MemoryStream TypeContent(string contentType) => new(Encoding.UTF8.GetBytes(contentType));

    /// <inheritdoc />
    public void Dispose() => Content.Dispose();

    private static string? TypeAt(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
