using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store;

namespace VideoExpress.Tests.Integration.Store;

/// <summary>A folder store behind a real Kestrel, and what tests of its URLs share.</summary>
public abstract class OutputsTest : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private OutputsHost _host = null!;

    internal FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    internal HttpClient Http { get; } = new();

    internal FolderStore Store { get; private set; } = null!;

    internal Uri Host => _host.Url;

    internal virtual StoreSettings Settings => new();

    public async Task InitializeAsync()
    {
        Store = new FolderStore(_folder.Path, ObjectStoreContract.Random(32), Time, Settings);
        _host = await OutputsHost.StartAsync(Store);
    }

    /// <summary>The same folder behind another host, as after a restart.</summary>
    internal async Task RestartAsync()
    {
        await _host.DisposeAsync();
        await InitializeAsync();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        Http.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    internal Uri GetUrl(StoreKey key, Disposition? disposition = null) => Store.PresignGet(key, TimeSpan.FromHours(1), Host, disposition);

    internal Uri PutUrl(StoreKey key) => Store.PresignPut(key, TimeSpan.FromHours(1), Host);

    internal IEnumerable<string> FilesOnDisk() => Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories);

    internal async Task<StoreKey> StoredAsync(StoreKey key, string text = "0123456789")
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        await Store.PutAsync(key, new MemoryStream(bytes), new NewObject(bytes.Length, "video/mp4"), default);
        return key;
    }

    internal static async Task AssertProblemAsync(HttpResponseMessage answer, int status, string words)
    {
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(words, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
