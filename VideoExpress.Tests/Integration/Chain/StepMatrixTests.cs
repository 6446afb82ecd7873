using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Hangfire;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Maintenance;

namespace VideoExpress.Tests.Integration.Chain;

/// <summary>
/// Any step of any job, whatever state its background job is in, is requeued and deleted as the dashboard does: nothing is paid or published
/// again, and no job leaves its end but a FAILED one.
/// </summary>
public sealed class StepMatrixTests : LyingProviderTests
{
    private const string Rarely = "00:05:00";

    private static readonly string[] States =
    [
        EnqueuedState.StateName, ScheduledState.StateName, ProcessingState.StateName, AwaitingState.StateName, SucceededState.StateName,
        FailedState.StateName, DeletedState.StateName,
    ];

    private static readonly (int Ordinal, string State)[] Cells =
        [.. from ordinal in Enumerable.Range(0, 5) from state in States select (ordinal, state)];

    private readonly ConcurrentDictionary<string, JsonObject> _results = new();

    private IBackgroundJobClient Client => Host.Services.GetRequiredService<IBackgroundJobClient>();

    [Fact]
    public async Task Requeue_WhileTheProviderWorks_ChangesNothing_AndTheJobIsPublishedOnce()
    {
        await StartAsync(LongWait, "--RunPod:PollInterval", Rarely);
        var jobId = await AtProviderAsync();
        foreach (var (ordinal, state) in Cells)
        {
            Force(jobId, ordinal, state);
            Act(jobId, ordinal, new EnqueuedState(), times: 3);
            await CalmAsync(jobId, $"{ordinal} {state}");
            var job = Host.Desk.Find(jobId)!.Value.Job;
            Assert.Equal((ordinal, state, JobStatus.Running, 1), (ordinal, state, job.Status, job.Step!.Value));
        }

        await FinishAsync(Provider.Accepted.Single());
        Act(jobId, 1, new EnqueuedState(), times: 1);
        await Host.UntilSucceededAsync(jobId);
        AssertPublishedOnce(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task Delete_WhileTheProviderWorks_CancelsForEver_UnlessTheStepIsOver()
    {
        await StartAsync(LongWait, "--RunPod:PollInterval", Rarely);
        var jobs = new ConcurrentDictionary<(int, string), Guid>();
        await Parallel.ForEachAsync(Cells, async (cell, _) => jobs[cell] = await AtProviderAsync());
        foreach (var (ordinal, state) in Cells)
        {
            var jobId = jobs[(ordinal, state)];
            Force(jobId, ordinal, state);
            Act(jobId, ordinal, new DeletedState(), times: 2);
            Act(jobId, ordinal, new EnqueuedState(), times: 2);
            await CalmAsync(jobId, $"{ordinal} {state}");
            var job = Host.Desk.Find(jobId)!.Value.Job;
            Assert.Equal((ordinal, state, ordinal == 0 ? JobStatus.Running : JobStatus.Canceled), (ordinal, state, job.Status));
        }

        foreach (var (ordinal, state) in Cells.Where(cell => cell.Ordinal > 0))
        {
            await Host.UntilAsync(jobs[(ordinal, state)], job => job.Phase is null);
        }

        Assert.Equal(Cells.Length, Provider.Accepted.Count);
        Assert.Equal(Cells.Count(cell => cell.Ordinal > 0), Provider.Cancelled.Distinct().Count());
    }

    [Fact]
    public async Task AJobThatHasSucceeded_StaysAsItIs()
    {
        await StartAsync(LongWait);
        var jobId = await AtProviderAsync();
        await FinishAsync(Provider.Accepted.Single());
        await Host.UntilSucceededAsync(jobId);

        await AssertUnmovedAsync(jobId, Cells);

        AssertPublishedOnce(jobId);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AJobThatIsCancelled_StaysAsItIs_AlsoByItsCancelStep()
    {
        await StartAsync(LongWait, "--RunPod:PollInterval", Rarely);
        var jobId = await AtProviderAsync();
        Host.Desk.Cancel(jobId);
        await Host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null });

        await AssertUnmovedAsync(jobId, [.. Cells, .. States.Select(state => (StepTable.CancelOrdinal, state))]);

        Assert.Single(Provider.Cancelled);
        Assert.Single(Provider.Accepted);
    }

    [Fact]
    public async Task AJobThatHasFailed_IsPaidAgainByARequeueOfItsFailedStepAlone_AndOnce()
    {
        await StartAsync(LongWait);
        Provider.OnStatus = request => $$"""{"id":"{{request.Id}}","status":"FAILED","error":"out of memory"}""";
        var jobId = await PostCaptionedAsync();
        Assert.Equal((JobStatus.Failed, 1), await Host.UntilOverAsync(jobId) is var failed ? (failed.Status, failed.Step!.Value) : default);

        await AssertUnmovedAsync(jobId, [.. Cells.Where(cell => cell.Ordinal != 1)]);
        Act(jobId, 1, new DeletedState(), times: 2);
        Assert.Equal(JobStatus.Failed, Host.Desk.Find(jobId)!.Value.Job.Status);
        Provider.OnStatus = InQueue;
        Act(jobId, 1, new EnqueuedState(), times: 4);

        await Provider.AcceptedAsync(2);
        await Host.UntilAsync(jobId, job => job is { Status: JobStatus.Running, Phase: JobPhase.InGpuQueue });
        Act(jobId, 1, new EnqueuedState(), times: 4);
        await Provider.LookedAsync(2);
        Assert.Equal(2, Provider.Accepted.Count);
        Assert.EndsWith(" user_retry", Ledger()[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("requeued")]
    [InlineData("doubled")]
    [InlineData("deleted")]
    public async Task ASubmissionAtWork_IsSentOnce(string what)
    {
        await StartAsync(LongWait);
        Provider.OnRun = _ => RunAnswer.AcceptSlowly;
        var jobId = await PostCaptionedAsync();
        await Provider.AcceptedAsync(1);

        if (what == "doubled")
        {
            Double(jobId, 0, times: 5);
        }
        else
        {
            Act(jobId, 0, what == "deleted" ? new DeletedState() : new EnqueuedState(), times: 5);
        }

        await Host.UntilAsync(jobId, _ => StateOf(jobId, 0) is "Scheduled" or "Deleted"); // somebody else has met the one at work
        Provider.Slowly.SetResult();
        await (what == "deleted"
            ? Host.UntilAsync(jobId, job => job is { Status: JobStatus.Canceled, Phase: null })
            : Host.UntilAsync(jobId, job => job.Step == 1));
        Assert.Single(Provider.Accepted);
        Assert.Equal(what == "deleted" ? 1 : 0, Provider.Cancelled.Count);
    }

    [Fact]
    public async Task RandomActions_OnRandomSteps_PayAndPublishNothingTwice()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await StartAsync(LongWait);
        Provider.OnStatus = request => _results.TryGetValue(request.Id, out var result)
            ? $$"""{"id":"{{request.Id}}","status":"COMPLETED","executionTime":1500,"output":{{result.ToJsonString()}} }"""
            : InQueue(request);
        var jobs = new List<Guid>();
        for (var round = 0; round < 400; round++)
        {
            if (round % 40 == 0)
            {
                jobs.Add(await (round % 200 == 0 ? PostCaptionedAsync() : PostAsync()));
            }

            var jobId = jobs[random.Next(jobs.Count)];
            var steps = Host.Read(db => db.StepsOf(jobId));
            var step = steps[random.Next(steps.Count)].Ordinal;
            switch (random.Next(20))
            {
                case 0:
                    Act(jobId, step, new DeletedState(), times: 1);
                    break;
                case < 12:
                    Act(jobId, step, new EnqueuedState(), times: 1);
                    break;
                case < 18:
                    Double(jobId, step, times: 2);
                    break;
                default:
                    await DeliverAsync();
                    break;
            }
        }

        await DeliverAsync();
        foreach (var jobId in jobs)
        {
            Host.Services.GetServices<IHostedService>().OfType<Reconciler>().Single().RunOnce(CancellationToken.None);
            await Host.UntilAsync(jobId, job => job.Status.IsTerminal() && job.Phase is null);
            await DeliverAsync();
        }

        var paid = Provider.Accepted.GroupBy(request => request.Input["job_id"]!.GetValue<string>()).ToList();
        var bought = string.Join(' ', paid.Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.True(bought.Length == 0, $"seed {seed}: bought twice: {bought}");
        Assert.Equal(0, Host.Read(db => db.Scalar<int>("select count(*) - count(distinct job_id) from events where type = 'succeeded'")));
        Assert.Equal(0, Host.Read(db => db.Scalar<int>(
            """
            select count(*) from events e join events before on before.job_id = e.job_id and before.rev < e.rev
            where before.type in ('succeeded', 'canceled') and e.type not in ('cancel_settled', 'canceling')
            """)));
        Assert.Equal(0, Host.Read(db => db.Scalar<int>("select count(*) from jobs where status = 'FAILED'")));
    }

    /// <summary>Each cell is requeued and deleted, and the job's row keeps its revision.</summary>
    private async Task AssertUnmovedAsync(Guid jobId, IReadOnlyList<(int Ordinal, string State)> cells)
    {
        var rev = Host.Desk.Find(jobId)!.Value.Job.Rev;
        foreach (var (ordinal, state) in cells)
        {
            foreach (var action in new IState[] { new EnqueuedState(), new DeletedState() })
            {
                Force(jobId, ordinal, state);
                Act(jobId, ordinal, action, times: 2);
                await CalmAsync(jobId, $"{ordinal} {state} {action.Name}");
                Assert.Equal((ordinal, state, action.Name, rev), (ordinal, state, action.Name, Host.Desk.Find(jobId)!.Value.Job.Rev));
            }
        }
    }

    private void AssertPublishedOnce(Guid jobId) => Assert.Equal(
        1, Host.Read(db => db.Scalar<int>("select count(*) from events where job_id = @id and type = 'succeeded'", new { id = jobId.Text() })));

    private async Task<Guid> AtProviderAsync()
    {
        var jobId = await PostCaptionedAsync();
        await Host.UntilAsync(jobId, job => job.Step == 1 && StateOf(jobId, 1) == ScheduledState.StateName);
        return jobId;
    }

    private Task<Guid> PostCaptionedAsync() => Host.PostAsync(
        "/jobs",
        """
        {"type":"RENDER","quality":"final","params":{"prompt":"a lighthouse","duration":1,"resolution":"480p",
         "captions":[{"text":"Hello","start":0,"end":1}]}}
        """);

    private void Act(Guid jobId, int ordinal, IState state, int times)
    {
        for (var time = 0; time < times; time++)
        {
            Client.ChangeState(HangfireId(jobId, ordinal), state);
        }
    }

    /// <summary>The same background job is put into its queue again, so that several fetch it.</summary>
    private void Double(Guid jobId, int ordinal, int times)
    {
        using var connection = Host.Storage.GetConnection();
        for (var time = 0; time < times; time++)
        {
            using var transaction = connection.CreateWriteTransaction();
            transaction.AddToQueue(ordinal switch { < 1 => StepQueues.Quick, 1 => StepQueues.Poll, _ => StepQueues.Media }, HangfireId(jobId, ordinal));
            transaction.Commit();
        }
    }

    /// <summary>Puts a step's background job into a state behind everybody's back.</summary>
    private void Force(Guid jobId, int ordinal, string state)
    {
        var id = HangfireId(jobId, ordinal);
        Host.Write(db => db.Execute(
            """
            delete from hangfire_set where key = 'schedule' and value = @text;
            insert into hangfire_state (job_id, id, name, created_us) select @id, max(id) + 1, @state, 0 from hangfire_state where job_id = @id;
            update hangfire_job set state = @state, state_id = (select max(id) from hangfire_state where job_id = @id) where id = @id
            """,
            new { text = id, id = long.Parse(id, CultureInfo.InvariantCulture), state }));
    }

    /// <summary>Waits until none of the job's steps is about to run.</summary>
    private async Task CalmAsync(Guid jobId, string cell)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (Host.Read(db => db.StepsOf(jobId)).Exists(step => StateOf(step.HangfireId) is "Enqueued" or "Processing"))
        {
            Assert.False(deadline.IsCancellationRequested, $"{cell}: its steps do not come to rest: {string.Join(' ', Host.Read(db => db.StepsOf(jobId)).Select(step => StateOf(step.HangfireId)))}.");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task DeliverAsync()
    {
        foreach (var request in Provider.Accepted.Where(request => !_results.ContainsKey(request.Id)))
        {
            _results[request.Id] = await TestWorker.DeliverAsync(request, await TestVideo.BytesAsync());
        }
    }

    private string HangfireId(Guid jobId, int ordinal) => Host.Read(db => db.FindStep(jobId, ordinal))!.HangfireId;

    private string? StateOf(Guid jobId, int ordinal) => StateOf(HangfireId(jobId, ordinal));

    private string? StateOf(string hangfireId)
    {
        using var connection = Host.Storage.GetConnection();
        return connection.GetStateData(hangfireId)?.Name;
    }
}
