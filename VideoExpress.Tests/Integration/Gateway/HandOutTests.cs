using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Gateway;

public sealed class HandOutTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TwoWorkers_AreHandedNoRequestTwice_Of200()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var taken = new ConcurrentBag<string>();
        using var end = new CancellationTokenSource();
        var workers = new[] { "w1", "w2" }.Select(id => WorkAsync(host.Worker(id), taken, end.Token)).ToArray();

        var submitted = new ConcurrentBag<string>();
        await Parallel.ForAsync(
            0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) => submitted.Add(await client.AcceptedAsync()));
        await Until.TrueAsync(() => taken.Count >= 200, seconds: 30);
        await end.CancelAsync();
        await Task.WhenAll(workers);

        Assert.Equal(submitted.Order(), taken.Order());
        Assert.Equal(200, (await client.GetHealthAsync(default)).Jobs.Completed);
    }

    [Fact]
    public async Task Requests_AreHandedOutInTheOrderTheyCame()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var worker = host.Worker("w1");
        string[] submitted = [await client.AcceptedAsync(), await client.AcceptedAsync(), await client.AcceptedAsync()];

        string[] taken = [await worker.TakeIdAsync(), await worker.TakeIdAsync(), await worker.TakeIdAsync()];

        Assert.Equal(submitted, taken);
    }

    [Fact]
    public async Task TakenJob_HasItsIdAndItsInputAsItCame_AndNothingElse()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var answer = await host.RunAsync(
            """{"input": {"n": 1.50, "s": "ü\u00fc"}, "webhook": "https://example.org/secret", "policy": {"ttl": 60000}}""");

        var job = await host.Worker("w1").TakeAsync();

        Assert.Equal(["id", "input"], job!.Value.EnumerateObject().Select(property => property.Name));
        Assert.Equal("""{"n": 1.50, "s": "ü\u00fc"}""", job.Value.GetProperty("input").GetRawText());
    }

    [Fact]
    public async Task TakenJob_HasTheS3Config_WhichIsForItsHandler()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var answer = await host.RunAsync("""{"input": {"a": 1}, "s3Config": {"bucketName": "b"}, "webhook": null}""");

        var job = await host.Worker("w1").TakeAsync();

        Assert.Equal("""{"bucketName": "b"}""", job!.Value.GetProperty("s3Config").GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("many")]
    public async Task Batch_OfNoNumber_IsNotRefused(string size)
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        await client.AcceptedAsync();

        using var answer = await host.Worker("w1").AskAsync($"job-take-batch/w1?batch_size={size}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Batch_IsAList_OfAtMostTheFreeSlots()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        for (var i = 0; i < 3; i++)
        {
            await client.AcceptedAsync();
        }

        var batch = await host.Worker("w1").TakeBatchAsync(2);

        Assert.Equal((JsonValueKind.Array, 2), (batch!.Value.ValueKind, batch.Value.GetArrayLength()));
        Assert.Equal(1, (await client.GetHealthAsync(default)).Jobs.InQueue);
    }

    [Fact]
    public async Task WaitingWorker_IsWokenAtOnce_WhenWorkArrives()
    {
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { HoldTime = TimeSpan.FromMinutes(1) });
        using var client = host.Client();
        var take = host.Worker("w1").TakeIdAsync();
        await Until.TrueAsync(() => host.Held("job-take") == 1);
        var begun = Stopwatch.GetTimestamp();

        var id = await client.AcceptedAsync();

        Assert.Equal(id, await take);
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("job-take/w1")]
    [InlineData("job-take-batch/w1?batch_size=2")]
    [InlineData("job-stop/w1")]
    public async Task IdleWorker_IsHeldForTheWholeHoldTime(string call)
    {
        var time = new FakeTimeProvider();
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { HoldTime = TimeSpan.FromSeconds(20) }, time);
        var ask = host.Worker("w1").AskAsync(call);
        await Until.TrueAsync(() => host.Held(call.Split('/')[0]) == 1);

        time.Advance(TimeSpan.FromSeconds(19));
        using var other = await host.SendAsync(HttpMethod.Get, "health");
        Assert.False(ask.IsCompleted);
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return ask.IsCompleted;
        });

        using var answer = await ask;
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task IdleWorker_AsksAtMostTenTimesAMinute()
    {
        var time = new FakeTimeProvider();
        await using var host = await GatewayHost.StartAsync(_folder, new() { LocalWorker = false }, time);
        var asked = 0;
        using var end = new CancellationTokenSource();
        var worker = Task.Run(async () =>
        {
            while (true)
            {
                Interlocked.Increment(ref asked);
                Assert.Null(await host.Worker("w1").TakeAsync(end.Token));
            }
        });

        for (var second = 0; second < 120; second++)
        {
            await Until.TrueAsync(() => host.Held("job-take") == 1);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker);
        Assert.InRange(asked, 2, 20);
    }

    [Fact]
    public async Task DeadPoll_SwallowsNothing()
    {
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { HoldTime = TimeSpan.FromMinutes(1) });
        using var client = host.Client();
        using var death = new CancellationTokenSource();
        var dead = Enumerable.Range(0, 5).Select(i => host.Worker($"dead{i}").TakeAsync(death.Token)).ToArray();
        await Until.TrueAsync(() => host.Held("job-take") == 5);
        await death.CancelAsync();
        await Until.TrueAsync(() => host.Held("job-take") == 0);

        var id = await client.AcceptedAsync();

        Assert.Equal(id, await host.Worker("alive").TakeIdAsync());
        Assert.All(dead, poll => Assert.True(poll.IsCanceled));
    }

    [Fact]
    public async Task Request_WaitsAgain_WhenTheAnswerCannotBeWritten()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using var client = host.Client();
        var id = await client.AcceptedAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => host.Worker(GatewayHost.CutOffWorker).TakeAsync());

        Assert.Equal(id, await host.Worker("w1").TakeIdAsync());
        var status = await client.GetStatusAsync(id, default);
        Assert.Equal(("w1", 0), (status.WorkerId, status.Retries));
    }

    [Theory]
    [InlineData("job-take/w1", "local", "wrong")]
    [InlineData("job-take-batch/w1?batch_size=2", "local", "")]
    [InlineData("job-stop/w1", "local", "Bearer wrong")]
    [InlineData("job-take/w1", "local", "the client's")]
    [InlineData("job-take/w1", "other", null)]
    [InlineData("job-take/local-0badc0de", "local", null)]
    public async Task RefusedWorker_IsToldToSlowDown_AndOnlyAfterASecond(string call, string endpoint, string? authorization)
    {
        var time = new FakeTimeProvider();
        await using var host = await GatewayHost.StartAsync(_folder, time: time);
        using var client = host.Client();
        await client.AcceptedAsync();
        var ask = host.SendAsync(HttpMethod.Get, $"../{endpoint}/{call}", authorization: authorization switch
        {
            null => host.Keys.Worker,
            "the client's" => host.Keys.Client,
            var other => other,
        });
        await Until.TrueAsync(() => host.Held(call.Split('/')[0]) == 1);

        time.Advance(TimeSpan.FromSeconds(0.9));
        using var health = await host.SendAsync(HttpMethod.Get, "health");
        Assert.False(ask.IsCompleted);
        await Until.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(0.1));
            return ask.IsCompleted;
        });

        using var answer = await ask;
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
    }

    [Fact]
    public async Task Worker_IsToldToSlowDown_WhenTheDatabaseIsOutOfOrder()
    {
        await using var host = await GatewayHost.StartAsync(_folder);
        using (var work = host.Storage.BeginUnitOfWork())
        {
            work.Connection.Execute("alter table gpu_requests rename to elsewhere", transaction: work.Transaction);
            work.Commit();
        }

        using var answer = await host.Worker("w1").AskAsync("job-take/w1");

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
    }

    [Fact]
    public async Task Worker_ThatAsksForAFreshProcess_HasItsPollsAnsweredAtOnce_AndMayAskAgain()
    {
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { HoldTime = TimeSpan.FromMinutes(1) });
        using var client = host.Client();
        var worker = host.Worker("w1");
        var id = await client.AcceptedAsync();
        await worker.TakeIdAsync();
        var stop = worker.AskAsync("job-stop/w1");
        var take = worker.AskAsync("job-take/w1");
        await Until.TrueAsync(() => host.Held("job-stop") == 1 && host.Held("job-take") == 1);

        await worker.ReportAsync(id, """{"output": 1, "stopPod": true}""");

        using var stopped = await stop.WaitAsync(TimeSpan.FromSeconds(10));
        using var taken = await take.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (stopped.StatusCode, taken.StatusCode));
        var next = await client.AcceptedAsync();
        Assert.Equal(next, await worker.TakeIdAsync());
    }

    [Fact]
    public async Task WaitingWorkers_AreLetGo_WhenTheHostStops()
    {
        await using var host = await GatewayHost.StartAsync(_folder, GatewayHost.Settings with { HoldTime = TimeSpan.FromMinutes(1) });
        var take = host.Worker("w1").AskAsync("job-take/w1");
        var stop = host.Worker("w1").AskAsync("job-stop/w1");
        await Until.TrueAsync(() => host.Held("job-take") == 1 && host.Held("job-stop") == 1);

        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(10));

        using var taken = await take;
        using var stopped = await stop;
        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.NoContent), (taken.StatusCode, stopped.StatusCode));
    }

    private static async Task WorkAsync(HttpWorker worker, ConcurrentBag<string> taken, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if ((await worker.TakeAsync(cancellationToken))?.GetProperty("id").GetString() is not { } id)
                {
                    continue;
                }

                taken.Add(id);
                await worker.ReportAsync(id, """{"output": {}}""");
            }
        }
        catch (OperationCanceledException)
        {
            // All are taken.
        }
    }
}
