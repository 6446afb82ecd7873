using Hangfire;
using Hangfire.Server;
using Hangfire.States;

namespace VideoExpress.Tests.Storage.Cancellation;

/// <summary>
/// Real servers, which look by themselves every five hours only: a running job that is taken from its worker is told by the commit.
/// </summary>
public sealed class CancellationTests : SQLiteTest
{
    [Fact]
    public async Task ADeletedJob_IsTold_LongBeforeItsServerWouldLook()
    {
        using var server = new TestServer(Storage);
        for (var round = 0; round < 5; round++)
        {
            using var run = new JobRun();
            var id = Client.Enqueue(() => Jobs.Wait(run.Key, CancellationToken.None));
            await run.Started;

            Client.Delete(id);

            Assert.True(await run.Told.WaitAsync(TimeSpan.FromSeconds(10)));
        }
    }

    [Theory]
    [InlineData("client")]
    [InlineData("state changer")]
    [InlineData("unit of work")]
    [InlineData("enlisted command")]
    [InlineData("transaction")]
    public async Task ADeletedJob_IsTold_WhoeverDeletesIt(string by)
    {
        using var server = new TestServer(Storage);
        using var run = new JobRun();
        var id = Client.Enqueue(() => Jobs.Wait(run.Key, CancellationToken.None));
        await run.Started;

        Delete(id, by);

        Assert.True(await run.Told);
        await Eventually(() => Storage.Running.IsEmpty && Ask<long>("select count(*) from hangfire_queue") == 0);
        Assert.Equal(DeletedState.StateName, StateOf(id));
    }

    [Fact]
    public async Task AnAsynchronousJob_IsTold()
    {
        using var server = new TestServer(Storage);
        using var run = new JobRun();
        var id = Client.Enqueue(() => Jobs.WaitAsync(run.Key, CancellationToken.None));
        await run.Started;

        Client.Delete(id);

        Assert.True(await run.Told);
    }

    [Fact]
    public async Task ATokenTouchedBefore_IsCancelledAfter()
    {
        using var server = new TestServer(Storage);
        using var run = new JobRun();
        var id = Client.Enqueue(() => Jobs.TouchTwice(run.Key, JobCancellationToken.Null));
        await run.Started;

        Client.Delete(id);
        run.LetGo();

        Assert.True(await run.Told);
        Assert.Equal(DeletedState.StateName, StateOf(id));
    }

    [Fact]
    public async Task AJobWithoutAToken_EndsInPeace_AndStaysDeleted()
    {
        using var server = new TestServer(Storage);
        using var run = new JobRun();
        var id = Client.Enqueue(() => Jobs.Ignore(run.Key));
        await run.Started;

        Client.Delete(id);
        run.LetGo();

        await Eventually(() => Ask<long>("select count(*) from hangfire_queue") == 0);
        Assert.Equal(DeletedState.StateName, StateOf(id));
    }

    [Fact]
    public async Task AJobRequeuedWhileItRuns_IsTold_AndItsNextRunIsLeftAlone()
    {
        using var server = new TestServer(Storage);
        using var run = new JobRun();
        var id = Client.Enqueue(() => Jobs.WaitTheFirstTime(run.Key, CancellationToken.None));
        await run.Started;

        Client.Requeue(id);

        Assert.True(await run.Told);
        await run.Again;
        run.LetGo();
        await Eventually(() => StateOf(id) == SucceededState.StateName);
    }

    [Fact]
    public async Task OnlyTheJobConcerned_IsTold_OnWhateverServerItIs()
    {
        using var server = new TestServer(Storage, 2, "default");
        using var films = new TestServer(Storage, 2, "films");
        using var run = new JobRun();
        using var film = new JobRun();
        using var other = new JobRun();
        var left = Client.Enqueue(() => Jobs.WaitForTheGate(run.Key, CancellationToken.None));
        var deleted = Client.Enqueue("films", () => Jobs.Wait(film.Key, CancellationToken.None));
        var alsoLeft = Client.Enqueue("films", () => Jobs.WaitForTheGate(other.Key, CancellationToken.None));
        await Task.WhenAll(run.Started, film.Started, other.Started);

        Client.Delete(deleted);

        Assert.True(await film.Told);
        run.LetGo();
        other.LetGo();
        Assert.False(await run.Told);
        Assert.False(await other.Told);
        await Eventually(() => StateOf(left) == SucceededState.StateName && StateOf(alsoLeft) == SucceededState.StateName);
    }

    [Fact]
    public async Task ADeletion_ThatIsRolledBack_TellsNobody()
    {
        using var server = new TestServer(Storage);
        using var run = new JobRun();
        var id = Client.Enqueue(() => Jobs.WaitForTheGate(run.Key, CancellationToken.None));
        await run.Started;

        using (var unit = Storage.BeginUnitOfWork(id))
        {
            unit.ChangeState(id, new DeletedState());
        }

        run.LetGo();
        Assert.False(await run.Told);
        await Eventually(() => StateOf(id) == SucceededState.StateName);
    }

    [Fact]
    public async Task AJobThatEndsAtTheSameMoment_LeavesNothingBehind()
    {
        using var server = new TestServer(Storage);
        for (var round = 0; round < 40; round++)
        {
            using var run = new JobRun();
            var id = Client.Enqueue(() => Jobs.WaitForTheGate(run.Key, CancellationToken.None));
            await run.Started;

            await Task.WhenAll(Task.Run(run.LetGo), Task.Run(() => Client.Delete(id)));

            await run.Told;
            Assert.Equal(DeletedState.StateName, StateOf(id));
        }

        await Eventually(() => Storage.Running.IsEmpty && Ask<long>("select count(*) from hangfire_queue") == 0);
    }

    [Fact]
    public async Task AnApplication_ThatIsSlowToHear_HoldsUpNobody()
    {
        using var server = new TestServer(Storage);
        using var deaf = new JobRun();
        using var run = new JobRun();
        var first = Client.Enqueue(() => Jobs.RegisterSlowly(deaf.Key, CancellationToken.None));
        var second = Client.Enqueue(() => Jobs.Wait(run.Key, CancellationToken.None));
        await Task.WhenAll(deaf.Started, run.Started);

        Client.Delete(first);
        await deaf.Again;
        Client.Delete(second);

        Assert.True(await run.Told);
        deaf.LetGo();
        await Eventually(() => Storage.Running.IsEmpty);
    }

    [Fact]
    public async Task AnApplication_ThatThrowsWhenItHears_HarmsNobody()
    {
        using var server = new TestServer(Storage, 1);
        using var run = new JobRun();
        var id = Client.Enqueue(() => Jobs.RegisterAndThrow(run.Key, CancellationToken.None));
        await run.Started;

        Client.Delete(id);

        Assert.True(await run.Told);
        var next = Client.Enqueue(() => Jobs.Ignore(run.Key));
        run.LetGo();
        await Eventually(() => StateOf(next) == SucceededState.StateName);
    }

    [Fact]
    public async Task JobsThatEndNormally_AreForgotten()
    {
        using (new TestServer(Storage))
        {
            using var run = new JobRun();
            run.LetGo();
            for (var number = 0; number < 50; number++)
            {
                Client.Enqueue(() => Jobs.Ignore(run.Key));
            }

            await Eventually(() => Monitor.SucceededListCount() == 50);
        }

        Assert.True(Storage.Running.IsEmpty);
    }

    private void Delete(string id, string by)
    {
        switch (by)
        {
            case "client":
                Client.Delete(id);
                break;
            case "state changer":
                new BackgroundJobStateChanger().ChangeState(new StateChangeContext(Storage, Connection, id, new DeletedState()));
                break;
            case "unit of work":
                using (var unit = Storage.BeginUnitOfWork(id))
                {
                    unit.ChangeState(id, new DeletedState());
                    unit.Commit();
                }

                break;
            case "enlisted command":
                Commit(transaction => transaction.Enlist(unit => unit.ChangeState(id, new DeletedState())));
                break;
            default:
                Commit(transaction => transaction.SetJobState(id, new DeletedState()));
                break;
        }
    }

    public static class Jobs
    {
        public static void Wait(string key, CancellationToken cancellationToken)
        {
            var run = JobRun.Find(key);
            run.Start();
            run.Tell(cancellationToken.WaitHandle.WaitOne(JobRun.Patience));
            cancellationToken.ThrowIfCancellationRequested();
        }

        public static async Task WaitAsync(string key, CancellationToken cancellationToken)
        {
            var run = JobRun.Find(key);
            run.Start();
            try
            {
                await Task.Delay(JobRun.Patience, TimeProvider.System, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                run.Tell(true);
                throw;
            }
        }

        public static void WaitTheFirstTime(string key, CancellationToken cancellationToken)
        {
            var run = JobRun.Find(key);
            if (run.Start())
            {
                run.Tell(cancellationToken.WaitHandle.WaitOne(JobRun.Patience));
            }
            else
            {
                run.StartAgain();
                run.WaitForTheGate();
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        public static void WaitForTheGate(string key, CancellationToken cancellationToken)
        {
            var run = JobRun.Find(key);
            run.Start();
            run.WaitForTheGate();
            run.Tell(cancellationToken.IsCancellationRequested);
        }

        public static void TouchTwice(string key, IJobCancellationToken token)
        {
            var run = JobRun.Find(key);
            token.ThrowIfCancellationRequested();
            run.Start();
            run.WaitForTheGate();
            try
            {
                token.ThrowIfCancellationRequested();
            }
            catch (JobAbortedException)
            {
                run.Tell(token.ShutdownToken.IsCancellationRequested);
                throw;
            }
        }

        public static void Ignore(string key)
        {
            var run = JobRun.Find(key);
            run.Start();
            run.WaitForTheGate();
        }

        public static void RegisterSlowly(string key, CancellationToken cancellationToken)
        {
            var run = JobRun.Find(key);
            using var registration = cancellationToken.Register(() =>
            {
                run.StartAgain();
                run.WaitForTheGate();
            });
            run.Start();
            run.WaitForTheGate();
        }

        public static void RegisterAndThrow(string key, CancellationToken cancellationToken)
        {
            var run = JobRun.Find(key);
            using var registration = cancellationToken.Register(() => throw new InvalidOperationException("not now"));
            run.Start();
            run.Tell(cancellationToken.WaitHandle.WaitOne(JobRun.Patience));
        }
    }
}
