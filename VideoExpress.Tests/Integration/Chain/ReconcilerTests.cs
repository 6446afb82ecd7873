using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Maintenance;
using VideoExpress.Tests.Unit.Gpu;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>Chains are broken by hand, behind everybody's back; one pass drives the job on.</summary>
public sealed class ReconcilerTests
{
    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    [InlineData("Deleted")]
    [InlineData("Awaiting")]
    [InlineData(null)]
    public async Task ABrokenStep_IsDrivenOn_AndNothingIsBoughtAgain(string? state)
    {
        // A pause so long that no poll is due by itself.
        await using var host = await ChainHost.StartAsync("--RunPod:PollInterval", "00:05:00");
        var jobId = await host.RenderAsync();
        var worker = host.Worker();
        var request = await worker.TakeAsync();
        await host.UntilAsync(jobId, job => job.Step == 1 && StateOf(host, jobId, 1) == "Scheduled");
        Break(host, jobId, state);
        await worker.FinishAsync(request, await TestVideo.BytesAsync());
        await Until.TrueAsync(() => host.Read(db => db.WebhooksOf(jobId)) > 0); // the gateway's call finds nothing to bring forward

        Pass(host);

        await host.UntilSucceededAsync(jobId);
        Assert.Equal(1, host.Read(db => db.Scalar<int>("select count(*) from gpu_requests")));
    }

    [Fact]
    public async Task AHealthyJob_IsLeftAlone()
    {
        await using var host = await ChainHost.StartAsync("--RunPod:PollInterval", "00:05:00");
        var jobId = await host.RenderAsync();
        await host.UntilAsync(jobId, job => job.Step == 1 && StateOf(host, jobId, 1) == "Scheduled");
        var before = host.Desk.Find(jobId)!.Value.Job;

        Pass(host);

        Assert.Equal("Scheduled", StateOf(host, jobId, 1));
        Assert.Equal(before.Rev, host.Desk.Find(jobId)!.Value.Job.Rev);
    }

    [Fact]
    public async Task ScratchFilesOfJobsThatAreOver_AreSwept_AndOthersKept()
    {
        await using var host = await ChainHost.StartAsync();
        var jobId = await host.RenderAsync();
        var folders = host.Services.GetRequiredService<WorkFolders>();
        var (kept, swept) = (folders.Get(jobId, "film"), folders.Get(Guid.CreateVersion7(), "film"));

        Pass(host);

        Assert.True(Directory.Exists(kept));
        Assert.False(Directory.Exists(swept));
    }

    private static void Pass(ChainHost host) =>
        host.Services.GetServices<IHostedService>().OfType<Reconciler>().Single().RunOnce(CancellationToken.None);

    private static string? StateOf(ChainHost host, Guid jobId, int ordinal) =>
        host.Storage.GetConnection().GetStateData(host.Read(db => db.FindStep(jobId, ordinal))!.HangfireId)?.Name;

    private static void Break(ChainHost host, Guid jobId, string? state)
    {
        using var unitOfWork = host.Storage.BeginUnitOfWork();
        Db db = unitOfWork;
        var id = long.Parse(db.FindStep(jobId, 1)!.HangfireId, System.Globalization.CultureInfo.InvariantCulture);
        db.Execute("delete from hangfire_set where key = 'schedule'");
        if (state is null)
        {
            db.Execute("delete from hangfire_job where id = @id", new { id });
        }
        else
        {
            db.Execute(
                """
                insert into hangfire_state (job_id, id, name, created_us) values (@id, 1000, @state, 0);
                update hangfire_job set state = @state, state_id = 1000 where id = @id
                """,
                new { id, state });
        }

        unitOfWork.Commit();
    }
}
