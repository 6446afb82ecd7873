using System.Globalization;
using VideoExpress.Bench.Store;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Store;

if (args is [MemoryRun.Role, var bytes])
{
    return await MemoryRun.RunAsync(long.Parse(bytes, CultureInfo.InvariantCulture));
}

if (!CommandLine.TryParse(args, out var asked))
{
    return 2;
}

await S3Server.InstallAsync();
await using var server = await S3Server.StartAsync();
var settings = server.Settings with { RequestTimeout = new StoreSettings().RequestTimeout };
var folder = Directory.CreateTempSubdirectory("videoexpress-bench-").FullName;
try
{
    if (asked.MemoryBytes is { } length)
    {
        return await MemoryRun.StartAsync(settings, length);
    }

    using var s3 = new S3Store(settings, TimeProvider.System);
    var file = Path.Combine(folder, "film.mp4");
    await Shell.RunAsync("head -c \"$1\" /dev/urandom > \"$2\"", $"{asked.FileBytes}", file);
    Duel[] duels = [new Upload(s3), new Download(s3), new FolderPut(folder)];
    Console.WriteLine($"{asked.FileBytes >> 20} MiB, {asked.Rounds} rounds, {Environment.ProcessorCount} processors");
    var met = true;
    foreach (var duel in duels.Where(duel => asked.Measures.Contains(duel.Name)))
    {
        met &= await duel.RunAsync(file, asked.Rounds);
    }

    return met ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
