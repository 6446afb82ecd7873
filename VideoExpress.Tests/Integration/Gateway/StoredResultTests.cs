using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Store;
using VideoExpress.Tests.Integration.Retention;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

/// <summary>
/// Every way in which a worker of RunPod's SDK loses a request: it is noticed, and where the result is in the store, nothing runs twice.
/// </summary>
public sealed class StoredResultTests : IDisposable
{
    private static readonly Guid JobId = Guid.Parse("0193b0f2-0000-7000-8000-000000000001");
    private static readonly Guid AttemptId = Guid.Parse("0193b0f2-0000-7000-8000-000000000002");

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private BreakableStore _store = null!;

    public void Dispose() => _folder.Dispose();

    public enum Loss
    {
        /// <summary>SIGTERM while idle: taken, listed in one ping, never run, exit 0.</summary>
        TakenWhileEnding,

        /// <summary>kill -9 of all, as where the worker is its container's first process.</summary>
        Killed,

        /// <summary>kill -9 of the main process: its ping process goes on for ever.</summary>
        KilledButForItsPings,

        /// <summary>The post was refused, or the result could not be serialised: the pings list nothing any more.</summary>
        NotPosted,

        /// <summary>Handed out to a connection that was gone: no ping ever lists it.</summary>
        NeverHeardOf,
    }

    public static TheoryData<Loss, bool> Losses
    {
        get
        {
            var data = new TheoryData<Loss, bool>();
            foreach (var loss in Enum.GetValues<Loss>())
            {
                data.Add(loss, true);
                data.Add(loss, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Loss_IsNoticed_AndEndsWithTheResultInTheStore_OrWithAnotherRun(Loss loss, bool isStored)
    {
        await using var host = await StartAsync();
        using var client = host.Client();
        var (id, worker) = await TakenAsync(host, client);
        if (isStored)
        {
            await StoreAsync(host);
        }

        await LoseAsync(worker, loss, id);

        if (isStored)
        {
            await UntilAsync(client, id, GpuState.Completed);
            var status = await client.GetStatusAsync(id, default);
            Assert.Equal(("""{"files": [], "seconds": 7}""", 0, "w1"), (status.Output?.GetRawText(), status.Retries, status.WorkerId));
            Assert.Equal(0, (await client.GetHealthAsync(default)).Jobs.InQueue);
        }
        else if (loss == Loss.KilledButForItsPings)
        {
            await UntilAsync(client, id, GpuState.TimedOut);
            Assert.Equal("executionTimeout exceeded", (await client.GetStatusAsync(id, default)).Error);
        }
        else
        {
            await UntilAsync(client, id, GpuState.InQueue);
            Assert.Equal(id, await host.Worker("w2").TakeIdAsync());
            Assert.Equal(1, (await client.GetStatusAsync(id, default)).Retries);
        }
    }

    [Fact]
    public async Task Request_IsNotRunAgain_WhileTheStoreDoesNotAnswer()
    {
        await using var host = await StartAsync();
        using var client = host.Client();
        var (id, worker) = await TakenAsync(host, client);
        await StoreAsync(host);
        _store.IsAway = true;

        await LoseAsync(worker, Loss.NotPosted, id);
        await worker.PingAsync();
        Assert.Equal(GpuState.InProgress, (await client.GetStatusAsync(id, default)).State);

        _store.IsAway = false;
        await worker.PingAsync();
        Assert.Equal(GpuState.Completed, (await client.GetStatusAsync(id, default)).State);
    }

    [Fact]
    public async Task Request_OfASilentWorker_WaitsForTheStoreToo()
    {
        await using var host = await StartAsync();
        using var client = host.Client();
        var (id, _) = await TakenAsync(host, client);
        await StoreAsync(host);
        _store.IsAway = true;
        _time.Advance(TimeSpan.FromMinutes(1));
        await Until.TrueAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _store.Refused > 2;
        });
        Assert.Equal(GpuState.InProgress, (await client.GetStatusAsync(id, default)).State);

        _store.IsAway = false;

        await UntilAsync(client, id, GpuState.Completed);
    }

    [Fact]
    public async Task Request_EndsByItsTimeout_AlsoWhileTheStoreDoesNotAnswer()
    {
        await using var host = await StartAsync();
        using var client = host.Client();
        var (id, _) = await TakenAsync(host, client);
        _store.IsAway = true;

        _time.Advance(TimeSpan.FromMinutes(15));

        await UntilAsync(client, id, GpuState.TimedOut);
    }

    [Fact]
    public async Task Request_OfASupervisedWorkerThatDiedWithItsHost_EndsWithTheResultInTheStore()
    {
        string id;
        await using (var host = await StartAsync())
        {
            using var client = host.Client();
            id = await client.AcceptedAsync(with: OfAJob);
            var worker = host.Worker("local-0badc0de");
            host.Local.CurrentId = worker.Id;
            await worker.TakeIdAsync();
            await StoreAsync(host);
        }

        await using (var host = await GatewayHost.StartAsync(_folder, time: _time))
        {
            using var client = host.Client();
            await UntilAsync(client, id, GpuState.Completed);
        }
    }

    [Theory]
    [InlineData("""{"attempt_id": "0193b0f2-0000-7000-8000-000000000002", "superseded": true}""")]
    [InlineData("""{"files": """)]
    [InlineData("[]")]
    public async Task WhatIsNoResult_IsNotTakenForOne(string document)
    {
        await using var host = await StartAsync();
        using var client = host.Client();
        var (id, worker) = await TakenAsync(host, client);
        await StoreAsync(host, document);

        await LoseAsync(worker, Loss.NotPosted, id);

        Assert.Equal(GpuState.InQueue, (await client.GetStatusAsync(id, default)).State);
    }

    [Fact]
    public async Task Request_ThatCostThreeWorkersTheirLives_EndsWithTheResultOfTheLast()
    {
        await using var host = await StartAsync();
        using var client = host.Client();
        var (id, worker) = await TakenAsync(host, client);
        await LoseAsync(worker, Loss.NotPosted, id);
        await worker.TakeIdAsync();
        await LoseAsync(worker, Loss.NotPosted, id);
        await worker.TakeIdAsync();
        await StoreAsync(host);

        await LoseAsync(worker, Loss.NotPosted, id);

        Assert.Equal(GpuState.Completed, (await client.GetStatusAsync(id, default)).State);
    }

    private Task<GatewayHost> StartAsync() =>
        GatewayHost.StartAsync(_folder, time: _time, store: store => _store = new BreakableStore(store));

    private static async Task<(string Id, HttpWorker Worker)> TakenAsync(GatewayHost host, RunPodClient client)
    {
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync(with: OfAJob);
        await worker.TakeIdAsync();
        return (id, worker);
    }

    private static GpuRequest OfAJob(GpuRequest request) => request with
    {
        Input = new JsonObject { ["prompt"] = "a fox", ["job_id"] = $"{JobId}", ["attempt_id"] = $"{AttemptId}" },
    };

    private static async Task StoreAsync(GatewayHost host, string document = """{"files": [], "seconds": 7}""")
    {
        var bytes = Encoding.UTF8.GetBytes(document);
        await host.Store.PutAsync(
            StoreKey.Inbox(JobId, AttemptId, "result.json"), new MemoryStream(bytes), new NewObject(bytes.Length, "application/json"), default);
    }

    /// <summary>What the gateway sees of a loss.</summary>
    private async Task LoseAsync(HttpWorker worker, Loss loss, string id)
    {
        switch (loss)
        {
            case Loss.TakenWhileEnding:
                await worker.PingAsync(id);
                _time.Advance(TimeSpan.FromMinutes(1));
                break;
            case Loss.Killed:
                _time.Advance(TimeSpan.FromMinutes(1));
                break;
            case Loss.KilledButForItsPings:
                for (var i = 0; i < 90; i++)
                {
                    await worker.PingAsync(id);
                    _time.Advance(TimeSpan.FromSeconds(10));
                }

                break;
            case Loss.NotPosted:
                await worker.PingAsync(id);
                _time.Advance(TimeSpan.FromSeconds(10));
                await worker.PingAsync();
                await worker.PingAsync();
                break;
            case Loss.NeverHeardOf:
                _time.Advance(TimeSpan.FromSeconds(10));
                await worker.PingAsync();
                await worker.PingAsync();
                break;
        }
    }

    private Task UntilAsync(RunPodClient client, string id, GpuState state) => Until.TrueAsync(async () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return (await client.GetStatusAsync(id, default)).State == state;
    });
}
