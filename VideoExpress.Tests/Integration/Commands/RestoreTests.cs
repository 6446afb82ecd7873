using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Store;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Integration.Chain;
using VideoExpress.Tests.Integration.Hosting;
using VideoExpress.Tests.Integration.Store;
using VideoExpress.Web.Commands;
using VideoExpress.Web.Commands.Backup;
using VideoExpress.Web.Settings;

namespace VideoExpress.Tests.Integration.Commands;

/// <summary>What a restore makes is a whole data folder, or one that no server starts on; what was there is never lost.</summary>
[Collection(S3Tests.Name)]
public sealed class RestoreTests(S3ServerFixture fixture)
{
    [Fact]
    public async Task AfterALoss_FinishedJobsPlay_ByTheUrlsOfBefore_AndAResultInTheInboxIsNotPaidAgain()
    {
        await using var host = await BackupHost.StartAsync("--Gateway:PingInterval", "00:00:01"); // lost after three
        using var web = new HttpClient();
        var (finished, url) = await host.FinishedJobAsync();
        var published = await web.GetByteArrayAsync(url);
        var video = await TestVideo.BytesAsync();
        var inFlight = await host.Server.RenderAsync();
        var request = await host.Server.Worker().TakeAsync();
        await TestWorker.DeliverAsync(request, video); // and dies before it reports

        var backup = await host.BackUpAsync();
        Assert.True(backup.ExitCode == 0, backup.Output + backup.Errors);
        await host.StopServerAsync();
        Directory.Delete(host.Data, recursive: true);
        var restore = await host.RestoreAsync();
        Assert.True(restore.ExitCode == 0, restore.Output + restore.Errors);
        Assert.Contains("1 unfinished jobs go on", restore.Output, StringComparison.Ordinal);
        await host.StartServerAsync();

        // Nobody runs it again: the gateway finds its result, once the worker is given up.
        await host.Server.UntilSucceededAsync(inFlight);
        Assert.Equal(0, host.Server.Read(db => db.Scalar<long>("select max(retries) from gpu_requests")));
        Assert.Equal((2L, 2L), host.Server.Read(db => (db.Scalar<long>("select count(*) from attempts"), db.Scalar<long>("select count(*) from gpu_requests"))));
        Assert.Equal(published, await web.GetByteArrayAsync(new Uri(host.Server.Http.BaseAddress!, new Uri(url).PathAndQuery)));
        Assert.Equal("SUCCEEDED", (await host.Server.GetAsync(finished)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task WhileAServerUsesTheFolder_ItIsRefused_AndTheProcessNamed()
    {
        await using var host = await BackupHost.StartAsync();
        await host.BackUpAsync();

        var run = await host.RestoreAsync("--replace");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"is in use by process {Environment.ProcessId}", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderThatIsNotEmpty_IsSetAside_OnlyByConsent()
    {
        await using var host = await BackupHost.StartAsync();
        await host.BackUpAsync();
        await host.FinishedJobAsync();
        await host.StopServerAsync();

        var refused = await host.RestoreAsync();
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("is not empty. With --replace it is set aside", refused.Errors, StringComparison.Ordinal);
        var replaced = await host.RestoreAsync("--replace");

        Assert.True(replaced.ExitCode == 0, replaced.Output + replaced.Errors);
        var aside = host.Data + Assert.Single(host.Folders, name => name.StartsWith("data.before-restore-", StringComparison.Ordinal))["data".Length..];
        Assert.Contains(aside, replaced.Output, StringComparison.Ordinal);
        Assert.Equal((1L, 0L), (Count(Path.Combine(aside, "videoexpress.db")), Count(host.Database)));
        Assert.False(File.Exists(Path.Combine(aside, DataFolder.RestoreMark)));
        await host.StartServerAsync();
    }

    [Theory]
    [InlineData("database", "is damaged or missing")]
    [InlineData("key", "is damaged or missing")]
    [InlineData("manifest", "manifest.json is damaged")]
    [InlineData("format", "was written by a newer version")]
    [InlineData("none", "holds no whole backup")]
    public async Task ABackupThatIsNotWhole_IsRefused_BeforeAnythingIsTouched(string what, string words)
    {
        await using var host = await BackupHost.StartAsync();
        await host.BackUpAsync();
        await host.StopServerAsync();
        var manifest = Path.Combine(host.Backup, "manifest.json");
        var files = Path.Combine(host.Backup, host.Manifest.Folder);
        switch (what)
        {
            case "database":
                Overwrite(Path.Combine(files, "videoexpress.db"), 5000);
                break;
            case "key":
                File.Delete(Path.Combine(files, "gateway-client.key"));
                break;
            case "manifest":
                Overwrite(manifest, 100);
                break;
            case "format":
                await File.WriteAllTextAsync(manifest, (await File.ReadAllTextAsync(manifest)).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
                break;
            default:
                File.Delete(manifest);
                break;
        }

        var run = await host.RestoreAsync("--replace");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(words, run.Errors, StringComparison.Ordinal);
        Assert.Equal(["backup", "data"], host.Folders);
        await host.StartServerAsync();
    }

    [Fact]
    public async Task ABackupOfANewerSchema_IsRefused_AndNoneIsMadeOfOne()
    {
        await using var host = await BackupHost.StartAsync();
        await host.BackUpAsync();
        await host.StopServerAsync();
        var manifest = host.Manifest;
        var copy = Path.Combine(host.Backup, manifest.Folder, "videoexpress.db");
        BackupHost.Change(copy, "update schema_versions set version = 99 where name = 'gateway'");
        await File.WriteAllTextAsync(
            Path.Combine(host.Backup, "manifest.json"),
            JsonSerializer.Serialize(manifest with { Database = await PrivateFile.ReadAsync(copy, "videoexpress.db", default) }, ManifestJson.Default.Manifest));

        var restore = await host.RestoreAsync("--replace");
        BackupHost.Change(host.Database, "update schema_versions set version = 99 where name = 'gateway'");
        var backup = await host.RunAsync("backup", host.Backup + "2");

        Assert.Equal((1, 1), (restore.ExitCode, backup.ExitCode));
        Assert.All([restore, backup], run => Assert.Contains("version 99 of the schema \"gateway\"", run.Errors, StringComparison.Ordinal));
        Assert.Equal(["backup", "backup2", "data"], host.Folders);
    }

    [Fact]
    public async Task AFileThatIsDamagedInTheBackup_IsNamed_AndTheRestIsRestored()
    {
        await using var host = await BackupHost.StartAsync();
        var (job, _) = await host.FinishedJobAsync();
        await host.BackUpAsync();
        var key = host.Server.Desk.Find(job)!.Value.Outputs[0].Key.Value;
        await host.StopServerAsync();
        Overwrite(BackupHost.ObjectPath(host.Backup, key), 100);

        var run = await host.RestoreAsync("--replace");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"missing  {key}: is damaged in the backup", run.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(BackupHost.ObjectPath(host.Data, key)));
        await host.StartServerAsync();
        Assert.Equal("SUCCEEDED", (await host.Server.GetAsync(job)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task ACopyOfTheBackup_WithoutItsEmptyFolders_IsRestored_AndOnlyRead()
    {
        await using var host = await BackupHost.StartAsync();
        await host.FinishedJobAsync();
        await host.BackUpAsync();
        await host.StopServerAsync();
        Directory.Delete(Path.Combine(host.Backup, "store", ".incoming"));
        var before = Everything();

        var run = await host.RestoreAsync("--replace");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal(before, Everything());

        string[] Everything() => [.. Directory.GetFileSystemEntries(host.Backup, "*", SearchOption.AllDirectories).Order()];
    }

    [Fact]
    public async Task WhatTheBackupItselfLacks_IsTold_AndIsNoFailure()
    {
        await using var host = await BackupHost.StartAsync();
        var (first, _) = await host.FinishedJobAsync();
        await host.BackUpAsync();
        var (second, _) = await host.FinishedJobAsync();
        var (kept, lost) = (KeyOf(first), KeyOf(second));
        File.Delete(BackupHost.ObjectPath(host.Data, kept));
        File.Delete(BackupHost.ObjectPath(host.Data, lost));
        Assert.Equal(1, (await host.BackUpAsync()).ExitCode);
        await host.StopServerAsync();

        var run = await host.RestoreAsync("--replace");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains($"known    {lost}: was missing already when the backup was made", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(kept, run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(BackupHost.ObjectPath(host.Data, kept)));

        string KeyOf(Guid job) => host.Server.Desk.Find(job)!.Value.Outputs[0].Key.Value;
    }

    [Theory]
    [InlineData("keys", """{"path":"../evil","bytes":1,"sha256":null}""")]
    [InlineData("keys", """[{"path":"../evil","bytes":4,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]""")]
    [InlineData("keys", """[{"path":"/tmp/evil.key","bytes":4,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]""")]
    [InlineData("keys", """[{"path":"keys/..","bytes":4,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]""")]
    [InlineData("keys", "[null]")]
    [InlineData("database", """{"path":"../videoexpress.db","bytes":4,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""")]
    [InlineData("objects", "null")]
    [InlineData("objects", "[null]")]
    [InlineData("objects", """[{"key":"../../x","bytes":1}]""")]
    [InlineData("objects", """[{"key":"jobs/a/b.mp4","bytes":-1}]""")]
    [InlineData("objects", """[{"key":"jobs/a/b.mp4","bytes":1},{"key":"jobs/a/b.mp4","bytes":1}]""")]
    [InlineData("own", "7")]
    [InlineData("missing", """["/etc/passwd"]""")]
    [InlineData("folder", "\"..\"")]
    [InlineData("store", "null")]
    [InlineData(null, """{"name":"videoexpress","version":"1.0.0"}""")]
    [InlineData(null, "null")]
    public async Task AManifestThatNoBackupWrites_IsRefused_BeforeAnythingIsTouched(string? property, string value)
    {
        using var folder = new TempFolder();
        var (data, backup) = (folder.File("data"), folder.File("backup"));
        Directory.CreateDirectory(data);
        Directory.CreateDirectory(backup);
        await File.WriteAllTextAsync(Path.Combine(data, "precious"), "");
        var manifest = JsonNode.Parse("""
            {"format":1,"version":"1.0.0","created_at":"2026-01-02T03:04:05Z","store":{},"folder":"20260102T030405.000Z","keys":[],"objects":[],"own":[],"missing":[],
             "database":{"path":"videoexpress.db","bytes":4,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}}
            """)!;
        if (property is not null)
        {
            manifest[property] = JsonNode.Parse(value);
        }

        await File.WriteAllTextAsync(Path.Combine(backup, "manifest.json"), property is null ? value : manifest.ToJsonString());

        var run = await CommandRun.RunAsync("restore", backup, "--replace", "--contentRoot", folder.Path, "--data", data);

        Assert.Equal(1, run.ExitCode);
        Assert.Matches(@"manifest\.json (names the|is damaged)", run.Errors);
        Assert.Equal(["backup", "data"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());
        Assert.Equal(["precious"], Directory.GetFileSystemEntries(data).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("data")]
    [InlineData("jobs.db-wal")]
    public async Task WhatCannotBeSetAsideAsAWhole_StaysWhereItIs_WithADatabaseElsewhere(string obstacle)
    {
        using var elsewhere = new TempFolder();
        var (database, data, time) = (elsewhere.File("jobs.db"), elsewhere.File("data"), new FakeTimeProvider(DateTimeOffset.UnixEpoch));
        await File.WriteAllTextAsync(elsewhere.File(".env"), $"DB_PATH={database}\nData={data}\n");
        string[] options = ["--contentRoot", elsewhere.Path];
        await using (var server = await ChainHost.StartAsync([.. options, "--data="]))
        {
            Assert.Equal(0, (await CommandRun.RunAsync(["backup", elsewhere.File("backup"), .. options])).ExitCode);
        }

        await File.WriteAllTextAsync(database + "-wal", "");
        Directory.CreateDirectory(elsewhere.File($"{obstacle}.before-restore-{BackupFolder.NameAt(DateTimeOffset.UnixEpoch)}/taken"));
        var before = Everything();

        var run = await CommandRun.RunAsync(time, ["restore", elsewhere.File("backup"), "--replace", .. options]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{data} and {database} cannot be set aside", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, Everything());

        string[] Everything() => [.. Directory.GetFileSystemEntries(elsewhere.Path, "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(database + ".", StringComparison.Ordinal) || path.Contains("before", StringComparison.Ordinal)).Order()];
    }

    [Theory]
    [InlineData("store")]
    [InlineData("{folder}")]
    [InlineData("{folder}/keys")]
    public async Task ALinkInABackup_IsNeverFollowed(string name)
    {
        await using var host = await BackupHost.StartAsync();
        await host.FinishedJobAsync();
        await host.BackUpAsync();
        await host.StopServerAsync();
        var path = Path.Combine(host.Backup, name.Replace("{folder}", host.Manifest.Folder, StringComparison.Ordinal));
        Directory.Move(path, host.Backup + "-elsewhere");
        Directory.CreateSymbolicLink(path, host.Backup + "-elsewhere");

        var run = await host.RestoreAsync("--replace");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{path} is a symbolic link", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["backup", "backup-elsewhere", "data"], host.Folders);
        Assert.Equal(name == "{folder}/keys" ? 0 : 1, (await host.BackUpAsync()).ExitCode);
    }

    [Fact]
    public async Task AnInterruptedRestore_IsNoDataFolder_UntilItIsRunAgain()
    {
        await using var host = await BackupHost.StartAsync();
        await host.FinishedJobAsync();
        await host.BackUpAsync();
        await host.StopServerAsync();
        Directory.Delete(host.Data, recursive: true);
        var lost = Path.Combine(host.Backup, host.Manifest.Folder, "videoexpress.db");
        using (var process = CommandRun.Start(null, "restore", host.Backup, "--data", host.Data))
        {
            Assert.True(SpinWait.SpinUntil(() => process.HasExited || File.Exists(Path.Combine(host.Data, DataFolder.RestoreMark)), TimeSpan.FromSeconds(30)));
            process.Kill();
            await process.WaitForExitAsync();
        }

        // Should it have been quicker than the kill: as if it had not.
        Directory.CreateDirectory(host.Data);
        await File.WriteAllTextAsync(Path.Combine(host.Data, DataFolder.RestoreMark), "filling");
        await File.WriteAllTextAsync(Path.Combine(host.Data, "half"), "a file");

        await using var server = ServerRun.Start("--data", host.Data, "--urls", "http://127.0.0.1:0");
        Assert.Equal(1, await server.ExitAsync());
        Assert.Contains($"the restore into {host.Data} was not finished", server.Errors, StringComparison.Ordinal);
        Assert.Contains("was not finished", (await host.RunAsync("backup", host.Backup + "2")).Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await host.RestoreAsync()).ExitCode);
        Assert.False(File.Exists(Path.Combine(host.Data, "half")));
        await host.StartServerAsync();
        Assert.True(File.Exists(lost));
    }

    [Fact]
    public async Task KilledWhileItSetsAside_TheOldFolderIsSetAsideByTheNextRestore_AndNotCleared()
    {
        await using var host = await BackupHost.StartAsync();
        await host.BackUpAsync();
        await host.FinishedJobAsync();
        await host.StopServerAsync();
        await File.WriteAllTextAsync(Path.Combine(host.Data, DataFolder.RestoreMark), "setting aside");

        Assert.Contains("is not empty", (await host.RestoreAsync()).Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await host.RestoreAsync("--replace")).ExitCode);

        var aside = host.Data + Assert.Single(host.Folders, name => name.StartsWith("data.before-restore-", StringComparison.Ordinal))["data".Length..];
        Assert.Equal(1L, Count(Path.Combine(aside, "videoexpress.db")));
    }

    [Fact]
    public async Task ADatabaseOutsideOfTheDataFolder_IsBackedUp_SetAside_AndRestoredThere()
    {
        using var elsewhere = new TempFolder();
        var database = elsewhere.File("jobs.db");
        await File.WriteAllTextAsync(elsewhere.File(".env"), $"DB_PATH={database}\nData={elsewhere.File("data")}\n");
        string[] options = ["--contentRoot", elsewhere.Path];
        Guid job;
        await using (var server = await ServerAsync(options))
        {
            job = await server.RenderAsync();
            Assert.Equal(0, (await CommandRun.RunAsync(["backup", elsewhere.File("backup"), .. options])).ExitCode);
        }

        var run = await CommandRun.RunAsync(["restore", elsewhere.File("backup"), "--replace", .. options]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal(1, Count(database));
        Assert.Single(Directory.GetFiles(elsewhere.Path, "jobs.db.before-restore-*"));
        Assert.Single(Directory.GetDirectories(elsewhere.Path, "data.before-restore-*"));
        await using var again = await ServerAsync(options);
        Assert.Equal("RENDER", (await again.GetAsync(job)).GetProperty("type").GetString());

        static async Task<ChainHost> ServerAsync(string[] options) => await ChainHost.StartAsync([.. options, "--data="]);
    }

    [Fact]
    public async Task OfABucket_TheBackupHasTheList_AndARestoreNamesWhatTheBucketHasLost()
    {
        fixture.Server.SetFaults("[]");
        var s3 = fixture.Server.Settings;
        await using var host = await BackupHost.StartAsync(
            "--S3_BUCKET", s3.Bucket!, "--S3_ENDPOINT", s3.Endpoint!.AbsoluteUri, "--S3_ACCESS_KEY", s3.AccessKey!, "--S3_SECRET_KEY", s3.SecretKey!);
        var (job, _) = await host.FinishedJobAsync();
        var outputs = host.Server.Desk.Find(job)!.Value.Outputs;

        var backup = await host.BackUpAsync();
        Assert.True(backup.ExitCode == 0, backup.Output + backup.Errors);
        Assert.Contains($"The {outputs.Count} files stay where they are, in the bucket \"{s3.Bucket}\"", backup.Output, StringComparison.Ordinal);
        Assert.Equal(
            outputs.Select(output => (output.Key.Value, output.Bytes, output.Sha256)).Order(),
            host.Manifest.Objects.Select(known => (known.Key, known.Bytes, known.Sha256!)).Order());
        Assert.False(Directory.Exists(Path.Combine(host.Backup, "store", "jobs")));
        Assert.DoesNotContain(s3.SecretKey!, await File.ReadAllTextAsync(Path.Combine(host.Backup, "manifest.json")), StringComparison.Ordinal);
        await host.Server.Services.GetRequiredService<IObjectStore>().DeleteAsync(outputs[1].Key, default);
        await host.StopServerAsync();

        var restore = await host.RestoreAsync("--replace");
        Assert.Equal(1, restore.ExitCode);
        Assert.Contains($"missing  {outputs[1].Key}: is not in the bucket", restore.Output, StringComparison.Ordinal);
        var folder = await CommandRun.RunAsync("restore", host.Backup, "--data", host.Data + "2");
        Assert.Contains($"are in the bucket \"{s3.Bucket}\"", folder.Errors, StringComparison.Ordinal);
        await host.StartServerAsync();
        Assert.Equal(1, (await host.BackUpAsync()).ExitCode);
    }

    private static long Count(string database) => SQLiteStorageFile.Read(database, connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select count(*) from jobs";
        return (long)command.ExecuteScalar()!;
    });

    private static void Overwrite(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(at, 50).Fill(0x7b);
        File.WriteAllBytes(path, bytes);
    }
}
