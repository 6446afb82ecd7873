using System.Text.Json;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Tests.Integration.Chain;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Provider;

/// <summary>The double is judged by what our own server makes of it, and by its till.</summary>
public sealed class ProviderDoubleTests : IAsyncLifetime
{
    private ProviderDouble _provider = null!;
    private ChainHost _host = null!;

    public async Task InitializeAsync()
    {
        _provider = await ProviderDouble.StartAsync();
        _host = await ChainHost.StartAsync(
            "--RunPod:Endpoint", _provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", ProviderDouble.ApiKey, "--RunPod:UnknownFateWait", "00:00:01");
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task AWellBehavedRequest_IsPaidOnce_WithItsColdStart_AndNothingIsBroken()
    {
        var jobId = await _host.RenderAsync();

        await _host.UntilSucceededAsync(jobId);

        var charge = Assert.Single(_provider.Till.Charges(jobId));
        Assert.Equal(ChargeEnd.Finished, charge.End);
        Assert.True(charge.Seconds > new ProviderPace().ColdStart.TotalSeconds + new ProviderPace().Work.TotalSeconds, $"{charge.Seconds} s");
        Assert.Empty(await CheckAsync(new SubmittedJob(jobId)));
    }

    [Theory]
    [InlineData(nameof(RunLie.HangsUp))]
    [InlineData(nameof(RunLie.Says500))]
    [InlineData(nameof(RunLie.SaysHtml))]
    [InlineData(nameof(RunLie.SaysHalf))]
    [InlineData(nameof(RunLie.IsLate))]
    public async Task ALostAnswer_IsPaidOnce(string lie)
    {
        _provider.Script = _ => new Misbehaviour { Run = Enum.Parse<RunLie>(lie) };
        var jobId = await _host.RenderAsync();

        await _host.UntilSucceededAsync(jobId);

        Assert.Single(_provider.Till.All);
        Assert.Empty(await CheckAsync(new SubmittedJob(jobId)));
    }

    [Fact]
    public async Task ALostAnswer_OfALongWork_IsPaidOnce_SinceTheClaimTellsOfIt()
    {
        _provider.Script = _ => new Misbehaviour { Run = RunLie.HangsUp, WorksLong = true };
        var jobId = await _host.RenderAsync();

        await _host.UntilSucceededAsync(jobId);

        Assert.Single(_provider.Till.All);
        Assert.Empty(await CheckAsync(new SubmittedJob(jobId)));
    }

    [Fact]
    public async Task ARefusal_IsNotInTheTill()
    {
        _provider.Script = submission => submission.Number == 1 ? new Misbehaviour { Run = RunLie.Refuses } : Misbehaviour.None;
        var jobId = await _host.RenderAsync();

        await _host.UntilSucceededAsync(jobId);

        Assert.Single(_provider.Till.All);
        Assert.Equal(["refused", "finished"], _host.Read(db => db.List<string>("select state from attempts order by number")));
        Assert.Empty(await CheckAsync(new SubmittedJob(jobId)));
    }

    [Fact]
    public async Task BadAnswersToLooks_AreLookedThrough()
    {
        _provider.Script = _ => new Misbehaviour { StatusErrors = 1, StatusMisses = 1, StatusHalves = 1, RunsTwice = true };
        var jobId = await _host.RenderAsync();

        await _host.UntilSucceededAsync(jobId);

        Assert.Single(_provider.Till.All);
        Assert.Empty(await CheckAsync(new SubmittedJob(jobId)));
    }

    [Theory]
    [InlineData(nameof(Misbehaviour.ResultExpires))]
    [InlineData(nameof(Misbehaviour.OutputIsRefused))]
    [InlineData(nameof(VanishingPoint.AfterResult))]
    public async Task AResultThatOnlyTheStoreHas_IsTaken(string lie)
    {
        _provider.Script = _ => lie switch
        {
            nameof(Misbehaviour.ResultExpires) => new Misbehaviour { ResultExpires = true },
            nameof(Misbehaviour.OutputIsRefused) => new Misbehaviour { OutputIsRefused = true },
            _ => new Misbehaviour { Vanishes = VanishingPoint.AfterResult },
        };
        var jobId = await _host.RenderAsync();

        // A request that has just been accepted may be unknown for a minute: this one is older.
        await Until.TrueAsync(() => _host.Read(db => db.Scalar<int>("select count(*) from attempts where request_id is not null")) == 1);
        _host.Write(db => db.Execute($"update attempts set created_at = created_at - {Micros.From(TimeSpan.FromMinutes(2))}"));

        await _host.UntilSucceededAsync(jobId);
        Assert.Single(_provider.Till.All);
    }

    [Theory]
    [InlineData(nameof(VanishingPoint.BeforeClaim))]
    [InlineData(nameof(VanishingPoint.AfterClaim))]
    [InlineData(nameof(VanishingPoint.AfterFiles))]
    public async Task AVanishedWorker_EndsFailed_InThePlatformsWords(string point)
    {
        _provider.Script = _ => new Misbehaviour { Vanishes = Enum.Parse<VanishingPoint>(point) };
        await _host.RenderAsync();

        await Until.TrueAsync(() => _provider.Till.All is [{ End: ChargeEnd.Vanished, IsPaid: true }] && _provider.Open.Count == 0);

        var status = await StatusAsync(_provider.Till.All[0].RequestId);
        Assert.Equal(("FAILED", "job timed out after 1 retries", 1),
            (status.GetProperty("status").GetString(), status.GetProperty("error").GetString(), status.GetProperty("retries").GetInt32()));
    }

    [Fact]
    public async Task AWorkerThatNobodyMisses_IsInProgressForEver_AndACancelEndsIt()
    {
        _provider.Script = _ => new Misbehaviour { Vanishes = VanishingPoint.AfterClaim, VanishesUnnoticed = true };
        var jobId = await _host.RenderAsync();
        await Until.TrueAsync(() => _provider.Till.All is [{ End: ChargeEnd.Vanished }]);
        Assert.Equal("IN_PROGRESS", (await StatusAsync(_provider.Till.All[0].RequestId)).GetProperty("status").GetString());

        _host.Desk.Cancel(jobId);

        await _host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null });
        Assert.Equal("CANCELLED", (await StatusAsync(_provider.Till.All[0].RequestId)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task ACancelAtWork_IsChargedUpToThen_AndACancelInTheQueueIsNot()
    {
        await using var slow = await ProviderDouble.StartAsync(new ProviderPace { QueueDelay = TimeSpan.FromSeconds(50), Work = TimeSpan.FromHours(1) });
        await using var host = await ChainHost.StartAsync("--RunPod:Endpoint", slow.Endpoint.AbsoluteUri, "--RunPod:ApiKey", ProviderDouble.ApiKey);
        var queued = await host.RenderAsync();
        await host.UntilAsync(queued, job => job.Step == 1);
        host.Desk.Cancel(queued);
        await host.UntilAsync(queued, job => job.Phase is null);

        var working = await host.RenderAsync();
        await host.UntilAsync(working, job => job.Phase == JobPhase.Generating);
        host.Desk.Cancel(working);
        await host.UntilAsync(working, job => job.Phase is null);

        await Until.TrueAsync(() => slow.Till.All is [{ End: ChargeEnd.CanceledInQueue, IsPaid: false }, { End: ChargeEnd.Canceled, IsPaid: true }]);
    }

    [Fact]
    public async Task ALateResultOfACancelledJob_IsPaid_AndNotPublished()
    {
        _provider.Script = _ => new Misbehaviour { WorksOnAfterCancel = true, CancelsIgnored = 1 };
        var jobId = await _host.RenderAsync();
        await _host.UntilAsync(jobId, job => job.Step == 1);
        _host.Desk.Cancel(jobId);
        var answered = TimeProvider.System.GetUtcNow();

        await _host.UntilAsync(jobId, job => job.Phase is null);
        await Until.TrueAsync(() => _provider.Till.All is [{ End: ChargeEnd.Finished }]);

        Assert.DoesNotContain(await CheckAsync(new SubmittedJob(jobId) { CanceledAt = answered }), violation => violation.Invariant == Invariant.Cancel);
    }

    [Fact]
    public async Task AnAttemptThatWasGivenUp_EndsUnpaid()
    {
        var slow = new ProviderPace { QueueDelay = TimeSpan.FromSeconds(400) };
        await using var provider = await ProviderDouble.StartAsync(slow);
        provider.Script = submission => submission.Number == 1 ? new Misbehaviour { Run = RunLie.HangsUp } : Misbehaviour.None;
        await using var host = await ChainHost.StartAsync(
            "--RunPod:Endpoint", provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", ProviderDouble.ApiKey, "--RunPod:UnknownFateWait", "00:00:00.500");

        var jobId = await host.RenderAsync();

        await host.UntilSucceededAsync(jobId);
        Assert.Equal([(ChargeEnd.Superseded, false), (ChargeEnd.Finished, true)], provider.Till.Charges(jobId).Select(charge => (charge.End, charge.IsPaid)));
    }

    [Fact]
    public async Task AnOutage_IsNeitherAcceptedNorCharged()
    {
        _provider.IsAway = true;
        await _host.RenderAsync();
        await Until.TrueAsync(() => _provider.Calls > 0);

        Assert.Empty(_provider.Till.All);
    }

    private Task<IReadOnlyList<Violation>> CheckAsync(SubmittedJob job) => Invariants.SettledAsync(
        () => new Aftermath(Path.GetDirectoryName(_host.Storage.Path)!, _provider.Till, [job]), patience: TimeSpan.FromSeconds(5));

    private async Task<JsonElement> StatusAsync(string requestId)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", ProviderDouble.ApiKey);
        return JsonElement.Parse(await http.GetStringAsync($"{_provider.Endpoint.AbsoluteUri}/status/{requestId}"));
    }
}
