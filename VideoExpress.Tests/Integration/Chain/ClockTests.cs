using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Maintenance;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>The clock jumps in mid-render: a laptop that slept, a clock that somebody set. Nothing is lost, bought again, or late by the jump.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private const string Render = """{"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p"} }""";
    private static readonly TimeSpan Night = TimeSpan.FromHours(9);
    private readonly JumpingClock _clock = new();

    private LyingProvider Provider { get; set; } = null!;

    public async Task InitializeAsync() => Provider = await LyingProvider.StartAsync();

    public async Task DisposeAsync() => await Provider.DisposeAsync();

    [Fact]
    public async Task NineHoursAsleep_InMidRender_TheResultThatExpiredAtTheProvider_IsTakenFromTheStore()
    {
        await using var host = await StartAsync(pollInterval: "00:10:00");
        var jobId = await host.PostAsync("/jobs", Render);
        var request = await Provider.AcceptedAsync(1);
        await UntilScheduledAsync(host, jobId);
        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());
        Provider.OnStatus = _ => LyingProvider.NotFound;

        _clock.Jump(Night);
        Wake(host);

        await host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task NineHoursAsleep_WithARequestOfUnknownFate_ItIsNotBoughtAgainOnWaking()
    {
        Provider.OnRun = run => run == 1 ? RunAnswer.AcceptAndHangUp : RunAnswer.Accept;
        Provider.InQueue = 1;
        await using var host = await StartAsync();
        var jobId = await host.PostAsync("/jobs", Render);
        await host.UntilAsync(jobId, job => job.HeldReason == "fate_unknown");
        var request = await Provider.AcceptedAsync(1);

        _clock.Jump(Night);
        var looks = Provider.HealthLooks;
        await Until.TrueAsync(() => Provider.HealthLooks > looks + 1, seconds: 30);
        Assert.Single(Provider.Accepted);
        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());

        await host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-24)]
    public async Task AClockThatIsSetBack_DelaysNoPoll_BeyondTheNextPassOfTheReconciler(int hours)
    {
        await using var host = await StartAsync(pollInterval: "00:00:30");
        var jobId = await host.PostAsync("/jobs", Render);
        var request = await Provider.AcceptedAsync(1);
        await UntilScheduledAsync(host, jobId);
        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());
        Provider.OnStatus = _ => LyingProvider.NotFound;

        _clock.Jump(TimeSpan.FromHours(hours));
        Pass(host);

        await host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AClockThatIsSetADayForwardAndBack_LosesNothing_AndItsUrlsStayGood()
    {
        await using var host = await StartAsync();
        var jobId = await host.PostAsync("/jobs", Render);
        var request = await Provider.AcceptedAsync(1);

        _clock.Jump(TimeSpan.FromDays(1));
        await Provider.LookedAsync(1);
        _clock.Jump(-TimeSpan.FromDays(1));
        await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());
        Provider.OnStatus = _ => LyingProvider.NotFound;

        // A poll that was under way when the clock was set back may be scheduled by the time before: each pass brings it forward.
        await Until.TrueAsync(
            () =>
            {
                Pass(host);
                return host.Desk.Find(jobId)!.Value.Job.Status.IsTerminal();
            },
            seconds: 30);
        await host.UntilSucceededAsync(jobId);
        Assert.Single(Provider.Accepted);
    }

    private Task<ChainHost> StartAsync(string pollInterval = "00:00:00.100") => ChainHost.StartAsync(
        _clock, "--RunPod:Endpoint", Provider.Endpoint.AbsoluteUri, "--RunPod:ApiKey", "k", "--RunPod:UnknownFateWait", "01:00:00", "--RunPod:PollInterval", pollInterval);

    private static void Pass(ChainHost host) =>
        host.Services.GetServices<IHostedService>().OfType<Reconciler>().Single().RunOnce(CancellationToken.None);

    /// <summary>The scheduler re-checks the time within 30 s; a test does not wait for that.</summary>
    private static void Wake(ChainHost host) => host.Storage.ReloadDueTimes();

    private static Task<Job> UntilScheduledAsync(ChainHost host, Guid jobId) => host.UntilAsync(
        jobId, job => job.Step == 1 && host.Storage.GetConnection().GetStateData(host.Read(db => db.FindStep(jobId, 1))!.HangfireId)?.Name == "Scheduled");
}
