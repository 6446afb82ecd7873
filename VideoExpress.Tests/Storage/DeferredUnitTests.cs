using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>A unit of work that nobody looks into is written as a whole when it is committed; it must not differ in anything else.</summary>
public sealed class DeferredUnitTests : SQLiteTest
{
    public DeferredUnitTests()
    {
        CreateFilmTable();
    }

    [Fact]
    public void UntilSomethingAsksForItsTransaction_OthersWrite()
    {
        using var unit = Storage.BeginUnitOfWork();
        var first = unit.Create(AJob("first"), new EnqueuedState());
        unit.ContinueWith(first, AJob("second"));
        unit.Execute("insert into films (title, job) values ($title, $job)", "Metropolis", first);

        var other = new Thread(() => Commit(transaction => transaction.AddToSet("set", "meanwhile")));
        other.Start();
        Assert.True(other.Join(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, Ask<long>("select count(*) from films"));
        unit.Commit();

        Assert.Equal(first, Ask<string>("select job from films where title = 'Metropolis'"));
        Assert.Equal(["meanwhile"], Connection.GetAllItemsFromSet("set"));
    }

    [Fact]
    public void AJobOfAUnit_IsWhatTheClientWouldHaveMade()
    {
        foreach (var state in new IState[] { new EnqueuedState("urgent"), new ScheduledState(TimeSpan.FromHours(1)), new DeletedState() })
        {
            var usual = Describe(Client.Create(AJob(), state));
            Assert.Equal(usual, Describe(MakeInUnit(look: false, unit => unit.Create(AJob(), state))));
            Assert.Equal(usual, Describe(MakeInUnit(look: true, unit => unit.Create(AJob(), state))));
        }

        Assert.Equal(3, Monitor.GetStatistics().Enqueued);
        Assert.Equal(3, Monitor.GetStatistics().Scheduled);
        Assert.Equal(3, Monitor.DeletedListCount());
        Assert.Equal(3, Monitor.EnqueuedCount("urgent"));
    }

    [Fact]
    public void AJobThatIsChangedBeforeTheCommit_HasItsWholeHistory()
    {
        var id = MakeInUnit(look: false, unit =>
        {
            var id = unit.StorageConnection.CreateExpiredJob(AJob(), None, Now(), TimeSpan.FromHours(1));
            using (var transaction = (JobStorageTransaction)unit.StorageConnection.CreateWriteTransaction())
            {
                transaction.AddJobState(id, new PlainState("Traversed"));
                transaction.SetJobState(id, new PlainState("First"));
                transaction.SetJobParameter(id, "name", "value");
                transaction.SetJobState(id, new PlainState("Second"));
                transaction.PersistJob(id);
                transaction.Commit();
            }

            return id;
        });

        var details = Monitor.JobDetails(id);
        Assert.Equal(["Second", "First", "Traversed"], details.History.Select(state => state.StateName));
        Assert.Equal("Second", Connection.GetStateData(id).Name);
        Assert.Equal("value", details.Properties["name"]);
        Assert.Null(details.ExpireAt);
        Assert.Equal(1, Ask<long>("select jobs from hangfire_state_count where state = 'Second'"));
        Assert.Equal(0, Ask<long>("select coalesce(sum(jobs), 0) from hangfire_state_count where state <> 'Second'"));
    }

    [Fact]
    public void AChain_GrowsFromAJobOfTheSameUnit_AndFromOneThatIsFinishedInIt()
    {
        string parent = "", child = "", late = "";
        MakeInUnit(look: false, unit =>
        {
            parent = unit.Create(AJob(), new EnqueuedState());
            child = unit.ContinueWith(parent, AJob());
            unit.ContinueWith(parent, AJob());
            var done = unit.Create(AJob(), new SucceededState(null, 1, 1));
            late = unit.ContinueWith(done, AJob());
            return parent;
        });

        Assert.Equal(["Enqueued", "Awaiting", "Enqueued"], new[] { parent, child, late }.Select(StateOf));
        Client.ChangeState(parent, new SucceededState(null, 1, 1), null);
        Assert.Equal("Enqueued", StateOf(child));
        Assert.Equal(0, Monitor.AwaitingCount());
    }

    [Fact]
    public void AParentThatIsFinishedAfterALook_StartsItsChildAtOnce()
    {
        var child = MakeInUnit(look: false, unit =>
        {
            var parent = unit.Create(AJob(), new EnqueuedState());
            _ = unit.Connection;
            Assert.True(unit.ChangeState(parent, new SucceededState(null, 1, 1)));
            return unit.ContinueWith(parent, AJob());
        });

        Assert.Equal("Enqueued", StateOf(child));
    }

    [Fact]
    public void AJobWithTwoStates_HasBothInItsHistory()
    {
        var id = MakeInUnit(look: false, unit =>
        {
            var id = unit.StorageConnection.CreateExpiredJob(AJob(), None, Now(), TimeSpan.FromHours(1));
            using var transaction = (JobStorageTransaction)unit.StorageConnection.CreateWriteTransaction();
            transaction.SetJobState(id, new PlainState("First"));
            transaction.SetJobState(id, new PlainState("Second"));
            transaction.Commit();
            return id;
        });

        Assert.Equal(["Second", "First"], Monitor.JobDetails(id).History.Select(state => state.StateName));
        Assert.Equal("Second", StateOf(id));
    }

    [Fact]
    public void AStatementThatFailsWhenTheTransactionBegins_AndIsSwallowed_IsNotCommittedAround()
    {
        using var unit = Storage.BeginUnitOfWork();
        unit.Create(AJob(), new EnqueuedState());
        unit.Execute("insert into films (title) values (null)");
        Assert.Throws<SqliteException>(() => unit.Connection);

        Assert.Throws<InvalidOperationException>(unit.Commit);
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_job"));
    }

    [Fact]
    public void AnId_IsNeverGivenTwice_ThoughTheUnitThatReservedItWasRolledBack()
    {
        string rolledBack;
        using (var unit = Storage.BeginUnitOfWork())
        {
            rolledBack = unit.Create(AJob(), new EnqueuedState());
            _ = unit.Connection;
        }

        var created = CreateJobIn(new EnqueuedState());
        Write($"delete from hangfire_job where id = {created}");
        Restart();

        Assert.DoesNotContain(CreateJobIn(new EnqueuedState()), new[] { rolledBack, created });
    }

    [Fact]
    public void AStatementThatFails_TakesEverythingWithIt_AtTheCommit()
    {
        MakeInUnit(look: false, unit =>
        {
            unit.Execute("insert into films (title) values ($title)", "M");
            return "";
        });
        using (var unit = Storage.BeginUnitOfWork())
        {
            unit.Create(AJob(), new EnqueuedState());
            unit.Execute("insert into films (title) values ($title)", "M");
            unit.OnCommitted(() => Assert.Fail("It was not committed."));
            Assert.Throws<SqliteException>(unit.Commit);
        }

        Assert.Equal(0, Ask<long>("select count(*) from hangfire_job"));
        Assert.Equal(1, Ask<long>("select count(*) from films"));
    }

    [Fact]
    public void AStatementThatFails_AfterALook_CanBeLivedWith()
    {
        MakeInUnit(look: true, unit =>
        {
            unit.Execute("insert into films (title) values ('M')");
            Assert.Throws<SqliteException>(() => unit.Execute("insert into films (title) values ('M')"));
            return unit.Create(AJob(), new EnqueuedState());
        });

        Assert.Equal(1, Ask<long>("select count(*) from films"));
        Assert.Equal(1, Monitor.GetStatistics().Enqueued);
    }

    [Fact]
    public void Values_AreStoredAsTheyAre()
    {
        MakeInUnit(look: false, unit =>
        {
            unit.Execute("create table odds (a, b, c, d, e, f)");
            unit.Execute("insert into odds values ($a, $b, $c, $d, $e, $f)", 1L << 40, 0.1, "a\0ü🎬", true, null, "");
            Assert.Throws<ArgumentException>(() => unit.Execute("insert into odds (a) values ($a)", Now()));
            return "";
        });

        Assert.Equal(1, Ask<long>($"select count(*) from odds where a = {1L << 40} and b = 0.1 and d = 1 and e is null and f = ''"));
        Assert.Equal("integer,real,text,integer,null,text", Ask<string>(
            "select typeof(a) || ',' || typeof(b) || ',' || typeof(c) || ',' || typeof(d) || ',' || typeof(e) || ',' || typeof(f) from odds"));
        Assert.Equal("6100C3BCF09F8EAC", Ask<string>("select hex(c) from odds"));
    }

    [Fact]
    public void OneStatementAtATime()
    {
        using var unit = Storage.BeginUnitOfWork();
        _ = unit.Connection;

        Assert.Throws<ArgumentException>(() => unit.Execute("insert into films (title) values ('a'); delete from films"));
        Assert.Throws<ArgumentException>(() => unit.Execute("-- nothing"));
        Assert.Throws<ArgumentException>(() => unit.Execute(" "));
    }

    [Fact]
    public void StatementsWithValuesInTheirText_AreForgottenInTime()
    {
        MakeInUnit(look: true, unit =>
        {
            for (var number = 0; number < 2000; number++)
            {
                unit.Execute($"insert into films (title) values ('{number}')");
            }

            return "";
        });

        Assert.Equal(2000, Ask<long>("select count(*) from films"));
    }

    [Fact]
    public void OnCommitted_MayTakeTheLocksThatTheUnitHad()
    {
        var parent = CreateJobIn(new EnqueuedState());
        using var unit = Storage.BeginUnitOfWork(parent);
        unit.Execute("insert into films (title) values ('M')");
        var locked = false;
        unit.OnCommitted(() =>
        {
            Connection.AcquireDistributedJobLock(parent, TimeSpan.Zero).Dispose();
            locked = true;
        });

        unit.Commit();

        Assert.True(locked);
    }

    [Fact]
    public void WithoutACommit_LocksAreReleased_AndTheThreadMayWriteAgain()
    {
        var id = CreateJobIn(new EnqueuedState());
        using (var unit = Storage.BeginUnitOfWork(id))
        {
            unit.Create(AJob(), new EnqueuedState());
            Assert.Throws<InvalidOperationException>(() => Connection.SetJobParameter(id, "name", "value"));
        }

        Connection.AcquireDistributedJobLock(id, TimeSpan.Zero).Dispose();
        CreateJobIn(new EnqueuedState());
        Assert.Equal(2, Monitor.EnqueuedCount("default"));
    }

    private void Write(string sql) => MakeInUnit(look: true, unit =>
    {
        unit.Execute(sql);
        return "";
    });

    /// <param name="look">Whether the transaction is begun first.</param>
    /// <param name="make">What is done in it.</param>
    private string MakeInUnit(bool look, Func<SQLiteUnitOfWork, string> make)
    {
        using var unit = Storage.BeginUnitOfWork();
        if (look)
        {
            _ = unit.Connection;
        }

        var made = make(unit);
        unit.Commit();
        return made;
    }

    /// <summary>All there is to a job but its id and times.</summary>
    private string Describe(string id)
    {
        var details = Monitor.JobDetails(id);
        var history = details.History.Select(state => $"{state.StateName}({string.Join(',', state.Data.Keys)})");
        var properties = details.Properties.OrderBy(property => property.Key, StringComparer.Ordinal);
        return $"{details.Job} {string.Join(' ', history)} {string.Join(' ', properties)} expires: {details.ExpireAt is not null} {StateOf(id)}";
    }
}
