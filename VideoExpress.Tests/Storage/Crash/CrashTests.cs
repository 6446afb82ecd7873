using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>Real processes, killed without warning.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string FilePath => _folder.File("hangfire.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ASecondProcess_IsRefused_AndToldWhoHasTheFile()
    {
        using var owner = new KillableProcess(ChildProcess.Hold, FilePath);
        await owner.Reported("ready");

        var refused = Assert.Throws<SQLiteStorageInUseException>(() => new SQLiteStorage(FilePath));
        Assert.Equal(owner.Id, refused.OwnerProcessId);
        Assert.Contains(FilePath, refused.Message, StringComparison.Ordinal);
        using var third = new KillableProcess(ChildProcess.Hold, FilePath);
        Assert.Contains($"process {owner.Id}", await third.Reported("refused"), StringComparison.Ordinal);
        Assert.Equal(3, await third.ExitCode());

        await owner.Kill();
        using var storage = new SQLiteStorage(FilePath);
        using var fourth = new KillableProcess(ChildProcess.Hold, FilePath);
        Assert.Contains($"process {Environment.ProcessId}", await fourth.Reported("refused"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AJob_WhoseProcessDied_IsFreeAtOnce()
    {
        string id;
        using (var storage = new SQLiteStorage(FilePath))
        {
            id = new BackgroundJobClient(storage).Create(Job.FromExpression(() => Work.Run("x")), new EnqueuedState());
        }

        using var child = new KillableProcess(ChildProcess.Fetch, FilePath);
        Assert.Equal(id, await child.Reported("fetched"));
        await child.Kill();

        using var next = new SQLiteStorage(FilePath);
        using var connection = next.GetConnection();
        Assert.Equal(ProcessingState.StateName, connection.GetJobData(id)!.State);
        using var fetched = connection.FetchNextJob(["default"], new CancellationTokenSource(TimeSpan.FromSeconds(5)).Token);
        Assert.Equal(id, fetched.JobId);
        connection.AcquireDistributedJobLock(id, TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task EveryJob_WhoseCreationReturned_IsThere()
    {
        using var child = new KillableProcess(ChildProcess.Enqueue, FilePath);
        var told = new List<string>();
        for (var count = 0; count < 50; count++)
        {
            told.Add((await child.Reported("enqueued"))!);
        }

        await child.Kill();
        told.AddRange(await child.Rest("enqueued"));

        using var storage = new SQLiteStorage(FilePath);
        using var connection = storage.GetConnection();
        Assert.All(told, id => Assert.Equal(EnqueuedState.StateName, connection.GetJobData(id)!.State));
        Assert.InRange(storage.GetMonitoringApi().EnqueuedCount("default"), told.Count, told.Count + 1);
    }

    [Fact]
    public async Task Chains_OfAProcessThatIsKilledAgainAndAgain_AllRunToTheirEnd()
    {
        var random = new Random(20260101);
        var told = new HashSet<string>();
        for (var round = 0; round < 4; round++)
        {
            using var child = new KillableProcess(ChildProcess.Chains, FilePath);
            for (var count = random.Next(5, 60); count > 0; count--)
            {
                told.Add((await child.Reported("created"))!);
            }

            await child.Kill();
            told.UnionWith(await child.Rest("created"));
            AssertNothingHalfDone();
        }

        await RunToTheEnd(told);
    }

    private void AssertNothingHalfDone()
    {
        using var storage = new SQLiteStorage(FilePath);
        Audit.AssertSound(storage);
        Assert.Equal(0, Audit.Ask<long>(storage, "select count(*) from hangfire_job where state is null"));
        // The application's rows agree with Hangfire, job by job.
        Assert.Equal(0, Audit.Ask<long>(
            storage, "select count(*) from hangfire_job j left join steps s on s.job = j.id where s.state is not j.state"));
    }

    private async Task RunToTheEnd(HashSet<string> told)
    {
        using var storage = new SQLiteStorage(FilePath);
        using var server = new TestServer(storage, 4);
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(60);
        while (Audit.Ask<long>(storage, "select count(*) from hangfire_job where state <> 'Succeeded'") > 0)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "Some chain has stopped.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        Assert.All(told, id => Assert.Equal("Succeeded", storage.GetConnection().GetJobData(id)!.State));
        Assert.Equal(0, Audit.Ask<long>(storage, "select count(*) % " + ChildProcess.ChainLength + " from hangfire_job"));
        Assert.Equal(0, Audit.Ask<long>(storage,
            "select count(*) from (select 1 from hangfire_state where name = 'Succeeded' group by job_id having count(*) > 1)"));
    }
}
