using System.Text.Json;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Store.Folder;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>
/// The folder of what is on its way in. <c>{id}.upload</c> holds the bytes of a resumable upload, <c>{id}.json</c> the rest of what is
/// known of it; both survive any end of the process. Everything else in it belongs to a request at work.
/// </summary>
internal sealed class UploadFolder
{
    // Its client has done all that it can: what is missing is the store, which may be away for a while.
    private static readonly TimeSpan CompleteLifetime = TimeSpan.FromDays(7);

    private const string State = ".json";
    private const string Draft = ".draft";
    private const string Bytes = ".upload";
    private const string Body = ".body";

    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;

    /// <summary>Makes the folder when it is not there.</summary>
    public UploadFolder(string path, UploadRoom room, AssetSettings settings, TimeProvider time)
    {
        (_time, _lifetime, MaxBytes) = (time, settings.UploadLifetime, settings.MaxBytes);
        FullPath = Directory.CreateDirectory(path).FullName;
        Room = room;
    }

    /// <summary>Absolute path.</summary>
    public string FullPath { get; }

    /// <summary>Largest file that is taken, in bytes.</summary>
    public long MaxBytes { get; }

    /// <summary>The room for what comes in.</summary>
    public UploadRoom Room { get; }

    /// <summary>A file for a body that comes in one piece.</summary>
    public BodyFile NewBody()
    {
        var id = Ids.New(_time);
        return new BodyFile(id, PathOf(id, Body), MaxBytes, Room);
    }

    /// <summary>The file of a resumable upload's bytes.</summary>
    public string BytesPath(Guid uploadId) => PathOf(uploadId, Bytes);

    /// <summary>Writes down what is known of an upload; durable when this returns.</summary>
    /// <exception cref="StoreException">The disk fails.</exception>
    public void Write(Upload upload) => DiskErrors.Explained(() =>
    {
        var draft = PathOf(upload.Id, Draft);
        using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, upload, UploadJson.Default.Upload);
            File.SetLastWriteTimeUtc(file.SafeFileHandle, _time.GetUtcNow().UtcDateTime);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, PathOf(upload.Id, State), overwrite: true);
        DirectorySync.Flush(FullPath);
    });

    /// <summary>An upload as it stands; null when there is none of that id.</summary>
    /// <exception cref="StoreException">The disk fails.</exception>
    public Upload? Find(Guid uploadId) => DiskErrors.Explained(() =>
    {
        var state = new FileInfo(PathOf(uploadId, State));
        if (!state.Exists)
        {
            return null;
        }

        try
        {
            var upload = JsonSerializer.Deserialize(File.ReadAllBytes(state.FullName), UploadJson.Default.Upload)!;
            var bytes = new FileInfo(BytesPath(uploadId));
            var touched = bytes.Exists && bytes.LastWriteTimeUtc > state.LastWriteTimeUtc ? bytes.LastWriteTimeUtc : state.LastWriteTimeUtc;
            var here = bytes.Exists ? bytes.Length : 0;
            upload = upload with { Offset = Math.Min(here, upload.Verified ?? here) };
            return upload with { ExpiresAt = touched + (upload.IsComplete && _lifetime < CompleteLifetime ? CompleteLifetime : _lifetime) };
        }
        catch (Exception gone) when (gone is FileNotFoundException or JsonException)
        {
            return null; // removed between the two looks, or damaged
        }
    });

    /// <summary>All uploads, oldest first.</summary>
    public IReadOnlyList<Upload> All() =>
        [.. UploadIds().Order().Select(Find).OfType<Upload>()];

    /// <summary>Its file is none that can be taken in: the answer is kept, the bytes are not.</summary>
    public void Refuse(Upload upload, string sentence)
    {
        Write(upload with { Refusal = sentence });
        DiskErrors.Explained(() => File.Delete(BytesPath(upload.Id)));
    }

    /// <summary>Removes an upload, the bytes first: without its state it would be nobody's.</summary>
    public void Remove(Guid uploadId) => DiskErrors.Explained(() =>
    {
        File.Delete(BytesPath(uploadId));
        File.Delete(PathOf(uploadId, State));
    });

    /// <summary>
    /// Removes what requests left in the middle when the process was killed. Only for who owns the data folder, and before the first request.
    /// </summary>
    public void RemoveLeftovers()
    {
        foreach (var run in Directory.EnumerateDirectories(FullPath, $"{WorkingFolder.Prefix}*"))
        {
            Directory.Delete(run, recursive: true);
        }

        var uploads = UploadIds().Where(id => Find(id) is not null).ToHashSet();
        foreach (var file in Directory.EnumerateFiles(FullPath))
        {
            var isUploads = Guid.TryParse(Path.GetFileNameWithoutExtension(file), out var id) && uploads.Contains(id)
                && Path.GetExtension(file) is State or Bytes;
            if (!isUploads)
            {
                File.Delete(file);
            }
        }
    }

    private IEnumerable<Guid> UploadIds() => Directory.EnumerateFiles(FullPath, $"*{State}")
        .Select(Path.GetFileNameWithoutExtension).Where(name => Guid.TryParse(name, out _)).Select(name => Guid.Parse(name!));

    private string PathOf(Guid id, string extension) => Path.Combine(FullPath, id.ToString("N") + extension);
}
