using VideoExpress.Jobs.Store;

namespace VideoExpress.Bench.Store;

/// <summary>A film into the bucket; curl sends it in one piece by a signed URL.</summary>
internal sealed class Upload(S3Store store) : Duel("upload", "curl", 0.6)
{
    private static readonly StoreKey Key = StoreKey.Inbox(Guid.Empty, Guid.Empty, "film.mp4");

    protected override async Task OursAsync(string file)
    {
        await using var content = File.OpenRead(file);
        await store.PutAsync(Key, content, new NewObject(content.Length, "video/mp4"), CancellationToken.None);
    }

    protected override Task PeerAsync(string file) =>
        Shell.RunAsync("exec curl -sSf -T \"$1\" \"$2\"", file, store.PresignPut(Key, TimeSpan.FromHours(1), Nowhere.Url).AbsoluteUri);

    protected override Task CleanAsync() => store.DeleteAsync(Key, CancellationToken.None);
}

/// <summary>A film from the bucket into a file.</summary>
internal sealed class Download(S3Store store) : Duel("download", "curl", 0.9)
{
    private static readonly StoreKey Key = StoreKey.Inbox(Guid.Empty, Guid.Empty, "film.mp4");
    private string _copy = "";

    protected override async Task PrepareAsync(string file)
    {
        _copy = file + ".copy";
        await using var content = File.OpenRead(file);
        await store.PutAsync(Key, content, new NewObject(content.Length, "video/mp4"), CancellationToken.None);
    }

    protected override Task OursAsync(string file) => store.TryDownloadAsync(Key, _copy, CancellationToken.None);

    protected override Task PeerAsync(string file) =>
        Shell.RunAsync("exec curl -sSf -o \"$1\" \"$2\"", _copy, store.PresignGet(Key, TimeSpan.FromHours(1), Nowhere.Url).AbsoluteUri);

    protected override Task CleanAsync()
    {
        File.Delete(_copy);
        return Task.CompletedTask;
    }

    protected override Task FinishAsync() => store.DeleteAsync(Key, CancellationToken.None);
}

/// <summary>A film into the local folder: hashed, copied, and safe on the disk.</summary>
internal sealed class FolderPut(string folder) : Duel("folder", "sha256sum f && cp f g && sync g", 0.8)
{
    private static readonly StoreKey Key = StoreKey.Published(Guid.Empty, "export-1", "film.mp4");
    private readonly FolderStore _store = new(Path.Combine(folder, "store"), new byte[32], TimeProvider.System, new StoreSettings());
    private readonly string _copy = Path.Combine(folder, "peer.mp4");

    protected override async Task OursAsync(string file)
    {
        await using var content = File.OpenRead(file);
        await _store.PutAsync(Key, content, new NewObject(content.Length, "video/mp4"), CancellationToken.None);
    }

    protected override Task PeerAsync(string file) =>
        Shell.RunAsync("sha256sum \"$1\" > \"$2.sha256\" && cp \"$1\" \"$2\" && sync \"$2\"", file, _copy);

    protected override Task CleanAsync()
    {
        File.Delete(_copy);
        return _store.DeleteAsync(Key, CancellationToken.None);
    }
}

/// <summary>A base of URLs that a bucket has no use for.</summary>
internal static class Nowhere
{
    public static readonly Uri Url = new("http://unused.invalid");
}
