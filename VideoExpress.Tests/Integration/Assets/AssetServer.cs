using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using VideoExpress.Jobs.Data;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Integration.Hosting;
using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Integration.Assets;

/// <summary>The real server, and what tests of assets ask of it.</summary>
public sealed class AssetServer : IAsyncLifetime, IAsyncDisposable
{
    private RunningServer _server = null!;

    internal RunningServer Running => _server;

    internal HttpClient Http => _server.Http;

    internal DataFolder Folder => _server.App.Services.GetRequiredService<DataFolder>();

    internal T Service<T>()
        where T : notnull => _server.App.Services.GetRequiredService<T>();

    internal static async Task<AssetServer> StartAsync(params string[] options) =>
        new() { _server = await RunningServer.StartAsync(options) };

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    Task IAsyncLifetime.DisposeAsync() => _server.DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Sends a file as the body itself.</summary>
    internal Task<HttpResponseMessage> PostAsync(byte[] file, string query = "", string contentType = "application/octet-stream") =>
        Http.PostAsync($"/assets{query}", new ByteArrayContent(file) { Headers = { { "Content-Type", contentType } } });

    internal async Task<JsonElement> TakeAsync(byte[] file, string query = "")
    {
        using var answer = await PostAsync(file, query);
        return await CreatedAsync(answer);
    }

    internal static async Task<JsonElement> CreatedAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        return JsonElement.Parse(text);
    }

    internal static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, int status, string words)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(text.Contains(words, StringComparison.Ordinal), text);
        return JsonElement.Parse(text);
    }

    /// <summary>A refusal that names the field <c>file</c>.</summary>
    internal static Task RefusedAsync(HttpResponseMessage answer, string words) => RefusedAsync(answer, 422, "file", words);

    /// <summary>A refusal that names a field or a header.</summary>
    internal static async Task RefusedAsync(HttpResponseMessage answer, int status, string field, string words)
    {
        var problem = await ProblemAsync(answer, status, words);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    internal Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    internal long Count(string sql) => Service<SQLiteStorage>().Read(connection => ((Db)connection).Scalar<long>(sql));

    internal void Write(string sql)
    {
        using var unitOfWork = Service<SQLiteStorage>().BeginUnitOfWork();
        unitOfWork.Execute(sql);
        unitOfWork.Commit();
    }

    internal IEnumerable<string> FilesInUploads() => Directory.EnumerateFileSystemEntries(Folder.Uploads);

    internal IEnumerable<string> FilesInStore() =>
        Directory.EnumerateFiles(Folder.Store, "*", SearchOption.AllDirectories);

    /// <summary>Waits until something is so.</summary>
    internal static async Task UntilAsync(Func<Task<bool>> wanted, string why)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await wanted())
        {
            Assert.False(deadline.IsCancellationRequested, $"Never came: {why}.");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }

    internal static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
