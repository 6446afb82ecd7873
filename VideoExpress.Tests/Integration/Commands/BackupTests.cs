using System.Diagnostics;
using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text.Json;
using VideoExpress.Tests.Integration.Chain;

namespace VideoExpress.Tests.Integration.Commands;

/// <summary>A backup is what the database names, whole; or the one before.</summary>
public sealed class BackupTests
{
    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task WhileTheServerRuns_DatabaseKeysAndFilesAreCopied_PrivateAndTrueToTheirHashes()
    {
        await using var host = await BackupHost.StartAsync();
        var (job, _) = await host.FinishedJobAsync();

        var run = await host.BackUpAsync();

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var manifest = host.Manifest;
        Assert.Equal(["gateway-client.key", "gateway-worker.key", "url-signing.key", "webhook-signing.key"], manifest.Keys.Select(key => key.Path).Where(path => !path.Contains('/')));
        Assert.Equal(host.Server.Desk.Find(job)!.Value.Outputs.Select(output => output.Key.Value).Order(), manifest.Objects.Select(known => known.Key).Order());
        Assert.All(manifest.Objects, known => Assert.Equal(known.Sha256, Hash(BackupHost.ObjectPath(host.Backup, known.Key))));
        Assert.False(Directory.Exists(Path.Combine(host.Backup, manifest.Folder, "store"))); // no worker has put anything
        Assert.Equal(manifest.Database.Sha256, Hash(Path.Combine(host.Backup, manifest.Folder, "videoexpress.db")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(host.Backup));
        Assert.All(
            manifest.Keys,
            key => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(host.Backup, manifest.Folder, key.Path))));
    }

    [Fact]
    public async Task TheNextBackup_CopiesNewFilesOnly_AndRemovesWhatIsNotNamedAnyMore()
    {
        await using var host = await BackupHost.StartAsync();
        var (first, _) = await host.FinishedJobAsync();
        await host.BackUpAsync();
        var before = host.Manifest;
        var kept = BackupHost.ObjectPath(host.Backup, before.Objects[0].Key);
        File.SetLastWriteTimeUtc(kept, DateTime.UnixEpoch);
        var (second, _) = await host.FinishedJobAsync();
        var files = before.Objects.Count;

        Assert.Contains($"{files} files copied, {files} were there", (await host.BackUpAsync()).Output, StringComparison.Ordinal);

        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(kept));
        Assert.False(Directory.Exists(Path.Combine(host.Backup, before.Folder)));
        BackupHost.Change(host.Database, $"update jobs set retention = 'removed' where job_id = '{first}'");
        Assert.Equal(0, (await host.BackUpAsync()).ExitCode);
        Assert.All(host.Manifest.Objects, known => Assert.Contains(second.ToString(), known.Key, StringComparison.Ordinal));
        Assert.False(File.Exists(kept));
    }

    [Fact]
    public async Task AFileThatIsMissingOrDamaged_IsNamed_AndTheRestIsBackedUp()
    {
        await using var host = await BackupHost.StartAsync();
        await host.FinishedJobAsync();
        var (job, _) = await host.FinishedJobAsync();
        var outputs = host.Server.Desk.Find(job)!.Value.Outputs;
        var (missing, damaged) = (outputs[0].Key.Value, outputs[1].Key.Value);
        File.Delete(BackupHost.ObjectPath(host.Data, missing));
        Spoil(BackupHost.ObjectPath(host.Data, damaged));

        var run = await host.BackUpAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"missing  {missing}: not in the store", run.Output, StringComparison.Ordinal);
        Assert.Contains($"missing  {damaged}: damaged", run.Output, StringComparison.Ordinal);
        Assert.Equal((2 * outputs.Count) - 2, host.Manifest.Objects.Count);
        Assert.Equal(new[] { missing, damaged }.Order(StringComparer.Ordinal), host.Manifest.Missing);
        Assert.False(File.Exists(BackupHost.ObjectPath(host.Backup, damaged)));
    }

    [Fact]
    public async Task AFileThatTheStoreHasLost_StaysInTheBackupThatHasIt()
    {
        await using var host = await BackupHost.StartAsync();
        var (job, _) = await host.FinishedJobAsync();
        await host.BackUpAsync();
        var key = host.Server.Desk.Find(job)!.Value.Outputs[0].Key.Value;
        File.Delete(BackupHost.ObjectPath(host.Data, key));

        var run = await host.BackUpAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("an earlier backup had it, and it is kept", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(BackupHost.ObjectPath(host.Backup, key)));
    }

    [Theory]
    [InlineData("KILL", 2)]
    [InlineData("INT", 1)]
    public async Task AnInterruptedBackup_LeavesTheOneBefore_AndTheNextOneClearsUp(string signal, int foldersLeft)
    {
        await using var host = await BackupHost.StartAsync();
        await host.FinishedJobAsync();
        await host.BackUpAsync();
        var manifest = await File.ReadAllTextAsync(Path.Combine(host.Backup, "manifest.json"));
        await host.StopServerAsync();
        AddLargeOutput(host);

        using (var process = CommandRun.Start(null, "backup", host.Backup, "--data", host.Data))
        {
            // The large file is under way.
            var incoming = Path.Combine(host.Backup, "store", ".incoming");
            Assert.True(SpinWait.SpinUntil(
                () => process.HasExited || Directory.GetFiles(incoming).Any(path => new FileInfo(path).Length > 0), TimeSpan.FromSeconds(30)));
            Assert.False(process.HasExited);
            using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
            Assert.Equal(signal == "INT" ? 130 : 137, (await CommandRun.EndOfAsync(process)).ExitCode);
        }

        Assert.Equal(manifest, await File.ReadAllTextAsync(Path.Combine(host.Backup, "manifest.json")));
        Assert.Equal(foldersLeft, Directory.GetDirectories(host.Backup, "2*").Length);
        Assert.Equal(0, (await host.RestoreAsync("--replace")).ExitCode);
        Assert.Equal(0, (await host.BackUpAsync()).ExitCode);
        Assert.Single(Directory.GetDirectories(host.Backup, "2*"));
        Assert.Empty(Directory.GetFiles(Path.Combine(host.Backup, "store", ".incoming")));
    }

    [Fact]
    public async Task AnotherDataFolder_DoesNotReplaceTheBackup()
    {
        await using var host = await BackupHost.StartAsync();
        await host.BackUpAsync();
        await host.StopServerAsync();
        Directory.Delete(host.Data, recursive: true);
        await host.StartServerAsync();
        var manifest = await File.ReadAllTextAsync(Path.Combine(host.Backup, "manifest.json"));

        var run = await host.BackUpAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("holds the backup of another data folder", run.Errors, StringComparison.Ordinal);
        Assert.Equal(manifest, await File.ReadAllTextAsync(Path.Combine(host.Backup, "manifest.json")));
        Assert.Single(Directory.GetDirectories(host.Backup, "2*"));
    }

    [Fact]
    public async Task AFolderOfOtherThings_OneInTheDataFolder_AndADataFolderWithoutDatabase_AreRefused()
    {
        await using var host = await BackupHost.StartAsync();
        Directory.CreateDirectory(host.Backup);
        await File.WriteAllTextAsync(Path.Combine(host.Backup, "letter.txt"), "Dear …");

        Assert.Contains("holds other things than a backup, such as letter.txt", (await host.BackUpAsync()).Errors, StringComparison.Ordinal);
        Assert.Contains("is in the data folder", (await host.RunAsync("backup", Path.Combine(host.Data, "backup"))).Errors, StringComparison.Ordinal);
        using var empty = new TempFolder();
        var run = await CommandRun.RunAsync("backup", host.Backup, "--data", empty.Path);
        Assert.Equal((1, true), (run.ExitCode, run.Errors.StartsWith("There is no database ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AFileThatTheServerKnowsToBeLost_IsNotToldEachTime()
    {
        await using var host = await BackupHost.StartAsync();
        var (job, _) = await host.FinishedJobAsync();
        var key = host.Server.Desk.Find(job)!.Value.Outputs[0].Key.Value;
        File.Delete(BackupHost.ObjectPath(host.Data, key));
        BackupHost.Change(host.Database, $"update outputs set fault = 'missing' where key = '{key}'");

        Assert.Equal(0, (await host.BackUpAsync()).ExitCode);
    }

    [Fact]
    public async Task AThumbnailThatTheStoreHasLost_IsTold_UntilAScrubHasRepairedIt()
    {
        await using var host = await BackupHost.StartAsync();
        using var content = new ByteArrayContent(await TestVideo.BytesAsync());
        using var created = await host.Server.Http.PostAsync("/assets", content);
        var id = JsonElement.Parse(await created.Content.ReadAsStringAsync()).GetProperty("asset_id").GetGuid();
        File.Delete(BackupHost.ObjectPath(host.Data, $"assets/{id}/thumbnail.jpg"));
        Assert.Equal(1, (await host.BackUpAsync()).ExitCode);

        using var repaired = await host.Server.Http.PostAsync("/retention/scrub", null);

        Assert.Equal(HttpStatusCode.OK, repaired.StatusCode);
        var run = await host.BackUpAsync();
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal([$"assets/{id}/source.mp4"], host.Manifest.Objects.Select(known => known.Key));
    }

    [Fact]
    public async Task AnAssetThatTheStoreHasLostAltogether_IsToldUntilAScrubHasRepairedIt()
    {
        await using var host = await BackupHost.StartAsync();
        using var content = new ByteArrayContent(await TestVideo.BytesAsync());
        using var created = await host.Server.Http.PostAsync("/assets", content);
        var id = JsonElement.Parse(await created.Content.ReadAsStringAsync()).GetProperty("asset_id").GetGuid();
        (await host.Server.Http.PostAsync("/retention/scrub", null)).Dispose(); // the store is known from here on: without, it might be an empty mount
        Directory.Delete(BackupHost.ObjectPath(host.Data, $"assets/{id}"), recursive: true);
        Assert.Equal(1, (await host.BackUpAsync()).ExitCode);

        using var repaired = await host.Server.Http.PostAsync("/retention/scrub", null);

        Assert.Equal(HttpStatusCode.OK, repaired.StatusCode);
        var run = await host.BackUpAsync();
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
    }

    [Fact]
    public async Task ADatabaseThatThisVersionHasNotUpgradedYet_IsRefused_WithWhatToDo()
    {
        await using var host = await BackupHost.StartAsync();
        BackupHost.Change(host.Database, "update schema_versions set version = version - 1 where name = 'jobs'");

        var run = await host.BackUpAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("was written by an older version of VideoExpress. Make the backup with that one", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADiskThatFails_IsNamedAsTheBackups()
    {
        await using var host = await BackupHost.StartAsync();
        await host.FinishedJobAsync();
        Directory.CreateDirectory(Path.Combine(host.Backup, "store"));
        await File.WriteAllTextAsync(Path.Combine(host.Backup, "store", "jobs"), "a file where a folder must be");

        var run = await host.BackUpAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"The disk under the backup {host.Backup} failed to read or write", run.Errors, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(host.Backup, "store", "jobs"), run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoBackupsAtOnce_AreOne()
    {
        await using var host = await BackupHost.StartAsync();
        await host.BackUpAsync();
        using var other = new FileStream(Path.Combine(host.Backup, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Assert.Contains("Another process is making a backup", (await host.BackUpAsync()).Errors, StringComparison.Ordinal);
    }

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static void Spoil(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static void AddLargeOutput(BackupHost host)
    {
        const string key = "jobs/00000000-0000-7000-8000-000000000001/export-1/large.bin";
        var path = BackupHost.ObjectPath(host.Data, key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = File.Create(path))
        {
            file.SetLength(2L << 30); // a hole: it takes no room here, and time to hash
        }

        BackupHost.Change(host.Database, $"""
            insert into outputs (job_id, role, position, name, key, content_type, bytes, sha256, created_at)
            select job_id, 'take', 9, 'large', '{key}', 'application/octet-stream', {2L << 30}, 'x', 0 from jobs
            """);
    }
}
