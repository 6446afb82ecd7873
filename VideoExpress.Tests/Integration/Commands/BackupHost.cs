using System.Text.Json;
using Microsoft.Data.Sqlite;
using VideoExpress.Tests.Integration.Chain;
using VideoExpress.Web.Commands.Backup;

namespace VideoExpress.Tests.Integration.Commands;

/// <summary>A server with a data folder that outlives it, the backup of it, and the commands between them.</summary>
internal sealed class BackupHost : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string[] _options;
    private bool _runs;

    private BackupHost(string[] options) => _options = options;

    public ChainHost Server { get; private set; } = null!;

    public string Data => _folder.File("data");

    public string Backup => _folder.File("backup");

    public string Database => Path.Combine(Data, "videoexpress.db");

    public Manifest Manifest => JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(Backup, "manifest.json")), ManifestJson.Default.Manifest)!;

    /// <summary>Everything of the product in the folder of this test.</summary>
    public IReadOnlyList<string> Folders => [.. Directory.GetDirectories(_folder.Path).Select(Path.GetFileName).Order()!];

    public static async Task<BackupHost> StartAsync(params string[] options)
    {
        var host = new BackupHost(options);
        await host.StartServerAsync();
        return host;
    }

    public async Task StartServerAsync()
    {
        Server = await ChainHost.StartAsync(["--data", Data, .. _options]);
        _runs = true;
    }

    public async Task StopServerAsync()
    {
        if (_runs)
        {
            _runs = false;
            await Server.DisposeAsync();
        }
    }

    /// <summary>A job that is finished by a worker; returns its id and its video's URL.</summary>
    public async Task<(Guid JobId, string Url)> FinishedJobAsync()
    {
        var job = await Server.RenderAsync();
        var worker = Server.Worker();
        await worker.FinishAsync(await worker.TakeAsync(), await TestVideo.BytesAsync());
        await Server.UntilSucceededAsync(job);
        return (job, (await Server.GetAsync(job)).GetProperty("output_urls")[0].GetString()!);
    }

    public Task<CommandRun> BackUpAsync() => RunAsync("backup", Backup);

    public Task<CommandRun> RestoreAsync(params string[] options) => RunAsync(["restore", Backup, .. options]);

    public Task<CommandRun> RunAsync(params string[] arguments) =>
        CommandRun.RunAsync([.. arguments, "--contentRoot", _folder.Path, "--data", Data, .. _options]);

    public static string ObjectPath(string root, string key) => Path.Combine(root, "store", key);

    public static void Change(string database, string sql)
    {
        using var file = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        file.Open();
        using var command = file.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServerAsync();
        _folder.Dispose();
    }
}
