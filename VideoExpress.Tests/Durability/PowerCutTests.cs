using VideoExpress.Tests.Durability.Power;
using VideoExpress.Tests.Provider;
using VideoExpress.Tests.Storage.Crash;
using VideoExpress.Tests.Storage.PowerLoss;
using VideoExpress.Tests.Unit.Gpu;
using Xunit.Abstractions;

namespace VideoExpress.Tests.Durability;

/// <summary>
/// The machine of the built server loses its power: of its database stays what was synced, and of the rest what chance leaves, down to
/// sectors; the store and the provider have what they have. Which writes were synced is known from SQLite's own calls.
/// </summary>
[Collection(nameof(Durability))]
public sealed class PowerCutTests(ITestOutputHelper output) : IDisposable
{
    private const int Jobs = 4;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CutAtAnyMoment_AllThatWasAcceptedEndsWell_AndIsPaidOnce(bool onlySynced)
    {
        var random = Begin(out var hint);
        await using var buying = await BuyingServer.CreateAsync(unknownFateWait: "00:00:02");
        await StartTracedAsync(buying);
        await HandInAsync(buying, random);
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 1500)), TimeProvider.System, CancellationToken.None);
        await buying.Server.KillAsync();
        var disk = new Disk([]);
        DiskEvent.ReadAll(Trace).ForEach(disk.Apply);
        Assert.Equal(await File.ReadAllBytesAsync(buying.Server.Database), disk.Written(DiskFile.Database));

        await GoOnFromAsync(buying, onlySynced ? SyncedOf(disk) : new DatabaseImage(disk.CutBy(random, DiskFile.Database), disk.CutBy(random, DiskFile.Log)), hint);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task CutBeforeWhatWasSynced_WhatTheStoreHas_IsTaken_AndNotBoughtAgain(int round)
    {
        var random = Begin(out var hint);
        await using var buying = await BuyingServer.CreateAsync(new ProviderPace { Work = TimeSpan.FromSeconds(50) }, "00:00:02");
        await StartTracedAsync(buying);
        await HandInAsync(buying, random);
        var all = new FileInfo(Trace).Length;

        // What no worker has claimed, nobody can know of after this.
        await Until.TrueAsync(() => buying.Provider.Till.All.Count == Jobs && Claims(buying) == Jobs, seconds: 30);
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 1500)), TimeProvider.System, CancellationToken.None);
        await buying.Server.KillAsync();
        var events = DiskEvent.ReadAll(Trace);
        var (from, length) = (0, 0L);
        while (length < all)
        {
            length += 14 + events[from++].Bytes.Length; // as DiskEvent writes it
        }

        var cut = random.Next(from, events.Count);
        var disk = new Disk([]);
        events[..cut].ForEach(disk.Apply);
        await GoOnFromAsync(buying, SyncedOf(disk), $"{hint}, round {round}, cut at {cut} of {from} to {events.Count}");
    }

    private string Trace => _folder.File("trace");

    private static DatabaseImage SyncedOf(Disk disk) => new(disk.Synced(DiskFile.Database), disk.Synced(DiskFile.Log));

    private static int Claims(BuyingServer buying) =>
        Directory.EnumerateFiles(Path.Combine(buying.Store, "inbox"), "claim.json", SearchOption.AllDirectories).Count();

    private Random Begin(out string hint)
    {
        var seed = Random.Shared.Next();
        hint = $"seed {seed}";
        output.WriteLine(hint);
        return new Random(seed);
    }

    private Task StartTracedAsync(BuyingServer buying)
    {
        buying.Server.Variables["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        buying.Server.Variables[StartupHook.TraceVariable] = Trace;
        return buying.Server.StartAsync();
    }

    private static async Task HandInAsync(BuyingServer buying, Random random)
    {
        for (var number = 1; number <= Jobs; number++)
        {
            Assert.NotNull(await buying.TryHandInAsync(number));
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 200)), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task GoOnFromAsync(BuyingServer buying, DatabaseImage image, string hint)
    {
        output.WriteLine($"{hint}: {image.Database.Length} bytes, log {image.Log.Length}");
        image.PutAt(buying.Server.Database);
        buying.Server.Variables.Clear();
        await buying.Server.StartAsync();
        await buying.DrainAsync();
        await buying.AssertSoundAsync(hint);
    }
}
