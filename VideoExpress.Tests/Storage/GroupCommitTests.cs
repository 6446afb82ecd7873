using Hangfire.Server;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using VideoExpress.Storage.SQLite.Writer;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>Writers that wait share one commit, and nothing else.</summary>
public sealed class GroupCommitTests : SQLiteTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public GroupCommitTests()
    {
        CreateFilmTable();
    }

    [Fact]
    public void WritersThatWait_ShareOneCommit()
    {
        var commits = CountCommits();
        var outcomes = AfterABusyWriter(
        [
            .. Enumerable.Range(0, 8).Select<int, Action>(number => () => Add($"unit {number}")),
            .. Enumerable.Range(0, 8).Select<int, Action>(_ => () => CreateJobIn(new EnqueuedState())),
            .. Enumerable.Range(0, 8).Select<int, Action>(number => () => Commit(transaction => transaction.AddToSet("set", $"{number}"))),
        ]);

        Assert.All(outcomes, Assert.Null);
        Assert.Equal(8, Ask<long>("select count(*) from films where title like 'unit %'"));
        Assert.Equal(8, Monitor.GetStatistics().Enqueued);
        Assert.Equal(8, Connection.GetSetCount("set"));
        // The 24 that waited; and eight clients come again, for the state of the job that they have created.
        Assert.InRange(commits(), 2, 9);
    }

    [Fact]
    public void AMemberThatFails_LeavesNoTrace_AndHarmsNobody()
    {
        Add("taken");
        var outcomes = AfterABusyWriter(
        [
            () => Add("before"),
            () => Add("taken"),
            () => Commit(transaction =>
            {
                transaction.AddToSet("set", "rolled back");
                transaction.Enlist(unit => Execute(unit, "insert into films (title) values ('taken')"));
            }),
            () => Commit(transaction =>
            {
                transaction.AddToSet("set", "rolled back");
                transaction.Enlist(_ => throw new NotSupportedException("from a filter"));
            }),
            () => Commit(transaction => transaction.AddToSet("set", "kept")),
            () =>
            {
                using var unit = Storage.BeginUnitOfWork();
                unit.Create(AJob(), new EnqueuedState());
                _ = unit.Connection;
                unit.OnCommitted(() => Assert.Fail("It was not committed."));
            },
            () => Add("after"),
        ]);

        Assert.Equal(
            [null, typeof(SqliteException), typeof(SqliteException), typeof(NotSupportedException), null, null, null],
            outcomes.Select(outcome => outcome?.GetType()));
        Assert.Equal("after,before,taken", Ask<string>("select group_concat(title) from (select title from films order by title)"));
        Assert.Equal(["kept"], Connection.GetAllItemsFromSet("set"));
        Assert.Equal(0, Monitor.GetStatistics().Enqueued);
    }

    [Fact]
    public void WhenSQLiteRollsBackAll_EachRunsAgainByItself_AndAUnitOfWorkIsTold()
    {
        Add("taken");
        var committed = 0;
        var outcomes = AfterABusyWriter(
        [
            () => Commit(transaction => transaction.AddToSet("set", "first")),
            () => Add("a unit of work", () => committed++),
            () => Commit(transaction =>
            {
                transaction.AddToSet("set", "with the application's rows");
                transaction.Enlist(unit => Execute(unit, "insert into films (title) values ('enlisted')"));
                transaction.Enlist(unit => unit.OnCommitted(() => committed++));
            }),
            () => Storage.Writer.Run(turn => turn.Sql.Execute("insert or rollback into films (title) values ('taken')")),
            () => Commit(transaction => transaction.AddToSet("set", "last")),
        ]);

        Assert.Equal([null, typeof(SqliteException), null, typeof(SqliteException), null], outcomes.Select(outcome => outcome?.GetType()));
        Assert.Equal(["first", "last", "with the application's rows"], Connection.GetAllItemsFromSet("set").Order(StringComparer.Ordinal));
        Assert.Equal("enlisted,taken", Ask<string>("select group_concat(title) from (select title from films order by title)"));
        Assert.Equal(1, committed);
        Add("and the storage goes on");
    }

    [Fact]
    public void WhenTheCommitItselfFails_EachRunsAgainByItself_AndAUnitOfWorkIsTold()
    {
        var commits = 0;
        OnCommit(() => ++commits > 1);
        var outcomes = AfterABusyWriter(
        [
            () => Commit(transaction => transaction.AddToSet("set", "first")),
            () => Add("a unit of work", () => Assert.Fail("It was not committed.")),
            () => CreateJobIn(new EnqueuedState()),
        ]);

        Assert.Equal([null, typeof(SqliteException), null], outcomes.Select(outcome => outcome?.GetType()));
        Assert.Equal(["first"], Connection.GetAllItemsFromSet("set"));
        Assert.Equal(0, Ask<long>("select count(*) from films"));
        Assert.Equal(1, Monitor.EnqueuedCount("default"));
    }

    [Fact]
    public void ALoneWriter_IsToldThatItsCommitFailed_AndTheNextOneWrites()
    {
        var commits = 0;
        OnCommit(() => ++commits > 1);

        Assert.Throws<SqliteException>(() => Commit(transaction => transaction.AddToSet("set", "lost")));
        Commit(transaction => transaction.AddToSet("set", "kept"));

        Assert.Equal(["kept"], Connection.GetAllItemsFromSet("set"));
    }

    [Fact]
    public void ACommandOfTheApplication_RunsOnItsOwnThread_ThoughOthersCommitForIt()
    {
        var threads = new List<(int Caller, int Command)>();
        AfterABusyWriter(
        [
            .. Enumerable.Range(0, 6).Select<int, Action>(_ => () => Commit(transaction =>
            {
                var caller = Environment.CurrentManagedThreadId;
                transaction.Enlist(unit => threads.Add((caller, Environment.CurrentManagedThreadId)));
            })),
        ]);

        Assert.Equal(6, threads.Count);
        Assert.All(threads, thread => Assert.Equal(thread.Caller, thread.Command));
    }

    [Fact]
    public void OnlyWhatMayBeRepeated_IsCommittedWithoutASync()
    {
        const long normal = 1, full = 2;
        var id = Connection.CreateExpiredJob(AJob(), None, Now(), TimeSpan.FromHours(1));
        Assert.Equal(normal, LastSynchronous());
        Commit(transaction => transaction.SetJobState(id, new EnqueuedState()));
        Assert.Equal(full, LastSynchronous());
        Client.ChangeState(id, PlainState.Processing(), null);
        Assert.Equal(normal, LastSynchronous());
        Connection.SetJobParameter(id, "name", "value");
        Assert.Equal(full, LastSynchronous());
        Connection.CreateExpiredJob(AJob(), None, Now(), TimeSpan.FromHours(1));
        Add("a unit of work");
        Assert.Equal(full, LastSynchronous());
        Connection.AnnounceServer("server", new ServerContext { Queues = ["default"], WorkerCount = 1 });
        Connection.Heartbeat("server");
        Assert.Equal(normal, LastSynchronous());
        Client.ChangeState(id, new SucceededState(null, 1, 1), null);
        Assert.Equal(full, LastSynchronous());

        // A transaction that starts a job and does more is told to somebody.
        Commit(transaction =>
        {
            transaction.SetJobState(id, PlainState.Processing());
            transaction.Enlist(_ => { });
        });
        Assert.Equal(full, LastSynchronous());
    }

    [Fact]
    public void WhenTheDiskIsFull_NothingHalfDoneIsCommitted_AndTheStorageGoesOn()
    {
        using (var unit = Storage.BeginUnitOfWork())
        {
            Execute(unit, "insert into films (title) values ('half')");
            Execute(unit, $"pragma max_page_count = {Ask<long>("pragma page_count") + 4}");
            var full = Assert.Throws<SqliteException>(() => unit.Create(AJob(new string('x', 1_000_000)), new EnqueuedState()));
            Assert.Equal(raw.SQLITE_FULL, full.SqliteErrorCode);
            Assert.Throws<InvalidOperationException>(unit.Commit);
        }

        var outcomes = AfterABusyWriter(
        [
            () => Commit(transaction => transaction.AddToSet("set", "before")),
            () => Commit(transaction => transaction.AddToSet("set", new string('x', 1_000_000))),
            () => Commit(transaction => transaction.AddToSet("set", "after")),
        ]);
        Assert.Equal([null, typeof(SqliteException), null], outcomes.Select(outcome => outcome?.GetType()));
        Assert.Equal(["after", "before"], Connection.GetAllItemsFromSet("set").Order(StringComparer.Ordinal));
        Assert.Equal(0, Ask<long>("select count(*) from films"));
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_job"));

        using (var unit = Storage.BeginUnitOfWork())
        {
            Execute(unit, "pragma max_page_count = 1000000");
        }

        CreateJobIn(new EnqueuedState());
    }

    [Fact]
    public async Task ASyncedWrite_DoesNotShareACommitWithoutOne()
    {
        var second = Task.FromResult<Exception?>(null);
        var commits = CountCommits();
        var outcomes = AfterABusyWriter(
        [
            // It begins without a sync, since nobody else waits; then somebody comes who needs one.
            () => Storage.Writer.Run(
                turn =>
                {
                    turn.Sql.Execute("insert into films (title) values ('first')");
                    second = Start(() => Commit(transaction => transaction.AddToSet("set", "second")));
                    Assert.True(SpinWait.SpinUntil(() => Storage.Writer.CountWaiting() == 1, Soon));
                },
                WriteTraits.Repeatable),
        ]);

        Assert.All(outcomes, Assert.Null);
        Assert.Null(await second.WaitAsync(Soon));
        Assert.Equal(2, commits());
    }

    [Fact]
    public async Task Disposal_SendsThoseWhoWaitAway()
    {
        var unit = Storage.BeginUnitOfWork();
        _ = unit.Connection;
        var waiting = Enumerable.Range(0, 4)
            .Select(number => Start(() => Commit(transaction => transaction.AddToSet("set", $"{number}"))))
            .ToArray();
        await Eventually(() => Storage.Writer.CountWaiting() == 4);
        var disposal = Start(Storage.Dispose);
        await Eventually(() => Storage.Writer.CountWaiting() == 5);
        unit.Commit();

        Assert.Null(await disposal.WaitAsync(Soon));
        Assert.All(await Task.WhenAll(waiting).WaitAsync(Soon), outcome => Assert.IsType<ObjectDisposedException>(outcome));
    }

    [Fact]
    public async Task ACommandThatOutlivesItsUnitOfWork_DisturbsNobody()
    {
        var writers = Enumerable.Range(0, 8).Select(writer => Start(() =>
        {
            for (var number = 0; number < 100; number++)
            {
                using var unit = Storage.BeginUnitOfWork();
                // Disposed of after the commit, as is the habit.
                using var command = unit.Connection.CreateCommand();
                command.Transaction = unit.Transaction;
                command.CommandText = $"insert into films (title) values ('{writer}/{number}') returning id";
                using var reader = command.ExecuteReader();
                Assert.True(reader.Read());
                unit.Commit();
            }
        }));

        Assert.All(await Task.WhenAll(writers).WaitAsync(Soon), Assert.Null);
        Assert.Equal(800, Ask<long>("select count(*) from films"));
    }

    private void Add(string title, Action? onCommitted = null)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, $"insert into films (title) values ('{title}')");
        unit.OnCommitted(onCommitted ?? (() => { }));
        unit.Commit();
    }

    private Func<int> CountCommits()
    {
        var commits = 0;
        OnCommit(() =>
        {
            commits++;
            return true;
        });
        return () => commits;
    }

    /// <summary>Has SQLite ask, at each commit, whether it may.</summary>
    private void OnCommit(Func<bool> permits)
    {
        using var unit = Storage.BeginUnitOfWork();
        raw.sqlite3_commit_hook(unit.Connection.Handle, _ => permits() ? 0 : 1, null);
    }

    private long LastSynchronous()
    {
        var level = 0L;
        Storage.Writer.RunAlone(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = "pragma synchronous";
            level = (long)command.ExecuteScalar()!;
        });
        return level;
    }

    /// <summary>Has the actions come to the writer in their order while it is busy, and returns what each of them threw.</summary>
    private Exception?[] AfterABusyWriter(Action[] actions)
    {
        using var busy = Storage.BeginUnitOfWork();
        _ = busy.Connection;
        var outcomes = new List<Task<Exception?>>();
        foreach (var action in actions)
        {
            outcomes.Add(Start(action));
            Assert.True(SpinWait.SpinUntil(() => Storage.Writer.CountWaiting() == outcomes.Count, Soon));
        }

        busy.Dispose();
        return Task.WhenAll(outcomes).WaitAsync(Soon).GetAwaiter().GetResult();
    }

    /// <summary>Runs on a thread of its own, which may block.</summary>
    private static Task<Exception?> Start(Action action) => Task.Factory.StartNew(
        Exception? () => Record.Exception(action), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
