using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage;

/// <summary>What a caller does wrong, or what befalls its thread, is its own misfortune: the storage goes on, with the right values.</summary>
public sealed class WriterFaultTests : SQLiteTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    public WriterFaultTests()
    {
        CreateFilmTable();
    }

    [Fact]
    public async Task AnEffectThatFails_KeepsNobodyFromWriting()
    {
        var ran = false;
        Storage.Writer.Run(turn =>
        {
            turn.AfterCommit(() => throw new NotSupportedException());
            turn.AfterCommit(() => ran = true);
        });

        Assert.True(ran);
        await AssertWritable();
    }

    [Fact]
    public void AStatement_TakesExactlyAsManyValuesAsItHasParameters()
    {
        using var unit = Storage.BeginUnitOfWork();
        unit.Execute("insert into films (title, job) values ($title, $job)", "Metropolis", "1");
        _ = unit.Connection;

        // The value that is missing must not be the one of the run before.
        Assert.Throws<ArgumentException>(() => unit.Execute("insert into films (title, job) values ($title, $job)", "M"));
        Assert.Throws<ArgumentException>(() => unit.Execute("insert into films (title, job) values ($title, $job)", "M", "1", "2"));
        unit.Execute("insert into films (title, job) values ($title, $title)", "Nosferatu");
        unit.Commit();

        Assert.Equal("1,Nosferatu", Ask<string>("select group_concat(job) from (select job from films order by title)"));
    }

    [Fact]
    public async Task AThreadThatIsInterrupted_WhileItWaitsToWrite_HasWritten_AndOthersGoOn()
    {
        using var unit = Storage.BeginUnitOfWork();
        _ = unit.Connection;
        Exception? failure = null;
        var isStillInterrupted = false;
        var writer = new Thread(() =>
        {
            failure = Record.Exception(() => Commit(transaction => transaction.AddToSet("set", "interrupted")));
            isStillInterrupted = Record.Exception(() => Thread.CurrentThread.Join(Soon)) is ThreadInterruptedException;
        });
        writer.Start();
        await Eventually(() => Storage.Writer.CountWaiting() == 1 && IsWaiting(writer));
        writer.Interrupt();
        await Eventually(() => IsWaiting(writer) || failure is not null);
        unit.Commit();

        await AssertWritable();
        Assert.True(writer.Join(Soon));
        Assert.Null(failure);
        Assert.True(isStillInterrupted);
        Assert.Equal(["interrupted"], Connection.GetAllItemsFromSet("set"));
    }

    [Fact]
    public async Task AThreadThatIsInterrupted_WhileItWaitsForAJob_GetsNone()
    {
        var worker = new Thread(() => Record.Exception(() => Connection.FetchNextJob(["default"], CancellationToken.None)));
        worker.Start();
        await Eventually(() => Storage.Queues.CountWaiting() == 1 && IsWaiting(worker));
        worker.Interrupt();
        Assert.True(worker.Join(Soon));

        var id = CreateJobIn(new EnqueuedState());
        using var limit = new CancellationTokenSource(Soon);
        using var fetched = Connection.FetchNextJob(["default"], limit.Token);
        Assert.Equal(id, fetched.JobId);
    }

    [Fact]
    public async Task AThreadThatIsInterrupted_WhileItWaitsForALock_GetsNone()
    {
        using var other = Open();
        var held = Connection.AcquireDistributedLock("resource", TimeSpan.Zero);
        var waiter = new Thread(() => Record.Exception(() => other.AcquireDistributedLock("resource", TimeSpan.FromMinutes(1))));
        waiter.Start();
        await Eventually(() => Storage.Locks.CountWaiting("resource") == 1 && IsWaiting(waiter));
        waiter.Interrupt();
        Assert.True(waiter.Join(Soon));
        held.Dispose();

        Connection.AcquireDistributedLock("resource", TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task WhoDisposesOfTheConnectionOfAUnit_ClosesNothing()
    {
        using (var unit = Storage.BeginUnitOfWork())
        {
            using var connection = unit.Connection;
            Execute(unit, "insert into films (title) values ('Metropolis')");
            connection.Close();
            unit.Commit();
        }

        await AssertWritable();
        Assert.Equal(1, Ask<long>("select count(*) from films"));
    }

    [Fact]
    public async Task ACommandOfItsOwnMaking_DisturbsNobody_ThoughItOutlivesItsUnit()
    {
        var writers = Enumerable.Range(0, 8).Select(writer => Start(() =>
        {
            for (var number = 0; number < 200; number++)
            {
                using var unit = Storage.BeginUnitOfWork();
                using var command = new SqliteCommand(
                    $"insert into films (title) values ('{writer}/{number}') returning id", unit.Connection, unit.Transaction);
                using var reader = command.ExecuteReader();
                Assert.True(reader.Read());
                unit.Commit();
            }
        }));

        Assert.All(await Task.WhenAll(writers).WaitAsync(Soon + Soon), Assert.Null);
        Assert.Equal(1600, Ask<long>("select count(*) from films"));
    }

    [Fact]
    public void ATransactionThatFailsHalfWay_CannotBeCommittedWithItsUnit()
    {
        using (var unit = Storage.BeginUnitOfWork())
        {
            var id = unit.Create(AJob(), new EnqueuedState());
            using var transaction = (SQLiteStorageTransaction)unit.StorageConnection.CreateWriteTransaction();
            transaction.AddToSet("set", "half");
            transaction.ChangeJobParameter(id, "name", _ => throw new NotSupportedException());
            Assert.Throws<NotSupportedException>(transaction.Commit);
            Assert.Throws<InvalidOperationException>(unit.Commit);
        }

        Assert.Empty(Connection.GetAllItemsFromSet("set"));
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_job"));
        CreateJobIn(new EnqueuedState());
    }

    [Fact]
    public void AJobAtTheEndOfTime_IsNotDue()
    {
        CreateJobIn(new ScheduledState(DateTime.MaxValue));

        Assert.False(Storage.DueTimes.Wait(TimeSpan.Zero, CancellationToken.None));
        Storage.ReloadDueTimes();
        Assert.False(Storage.DueTimes.Wait(TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public void AFileThatIsDeleted_IsNotReplacedByAnEmptyOne()
    {
        File.Delete(FilePath);

        // The inner read needs a connection that is not open yet.
        Assert.Throws<SqliteException>(() => Storage.Read(_ => Ask<long>("select count(*) from films")));
        Assert.False(File.Exists(FilePath));
    }

    [Fact]
    public void AUnitThatHasEnded_TakesNoLock()
    {
        var id = CreateJobIn(new EnqueuedState());
        SQLiteUnitOfWork? ended = null;
        Commit(transaction => transaction.Enlist(unit => ended = unit));

        Assert.Throws<InvalidOperationException>(() => ended!.ChangeState(id, new DeletedState()));
        Assert.Throws<InvalidOperationException>(() => ended!.OnCommitted(() => { }));
        Connection.AcquireDistributedJobLock(id, TimeSpan.Zero).Dispose();
    }

    [Fact]
    public async Task AStrangerThatWrites_IsWaitedForAsLongAsIsSaid()
    {
        using (var unit = Storage.BeginUnitOfWork())
        {
            Execute(unit, "pragma busy_timeout = 100");
        }

        await using var stranger = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        stranger.Open();
        await using (var transaction = stranger.BeginTransaction())
        {
            var outcome = await Start(() => Commit(write => write.AddToSet("set", "value"))).WaitAsync(Soon);
            Assert.Equal(SQLitePCL.raw.SQLITE_BUSY, Assert.IsType<SqliteException>(outcome).SqliteErrorCode);
        }

        await AssertWritable();
    }

    [Fact]
    public async Task WhoCommitsByItself_CommitsNothing_AndOthersWriteOnce()
    {
        var busy = Storage.BeginUnitOfWork();
        _ = busy.Connection;
        var other = Start(() => Commit(transaction => transaction.IncrementCounter("counter")));
        await Eventually(() => Storage.Writer.CountWaiting() == 1);
        var own = Start(() =>
        {
            using var unit = Storage.BeginUnitOfWork();
            Execute(unit, "insert into films (title) values ('M')");
            unit.Transaction.Commit();
        });
        await Eventually(() => Storage.Writer.CountWaiting() == 2);
        busy.Dispose();

        Assert.Null(await other.WaitAsync(Soon));
        Assert.IsType<SqliteException>(await own.WaitAsync(Soon));
        Assert.Equal(1, Connection.GetCounter("counter"));
        Assert.Equal(0, Ask<long>("select count(*) from films"));
    }

    private static bool IsWaiting(Thread thread) => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin);

    private async Task AssertWritable() => Assert.Null(
        await Start(() => Commit(transaction => transaction.IncrementCounter("written"))).WaitAsync(Soon));

    /// <summary>Runs on a thread of its own, which may block.</summary>
    private static Task<Exception?> Start(Action action) => Task.Factory.StartNew(
        Exception? () => Record.Exception(action), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
