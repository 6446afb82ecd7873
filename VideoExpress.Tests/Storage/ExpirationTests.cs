using System.Buffers.Binary;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Storage.SQLite;
using VideoExpress.Storage.SQLite.Maintenance;
using VideoExpress.Tests.Storage.Conformance;

namespace VideoExpress.Tests.Storage;

/// <summary>What has expired goes, with all that belongs to it, and its space too.</summary>
public sealed class ExpirationTests() : SQLiteTest(new SQLiteStorageOptions
{
    TimeProvider = new FakeTimeProvider(TimeProvider.System.GetUtcNow()),
    StateHistoryLength = 5,
})
{
    private FakeTimeProvider Time => (FakeTimeProvider)Options.TimeProvider;

    [Fact]
    public void AFinishedJob_GoesAfterItsTime_WithParametersAndStates()
    {
        var id = CreateJobIn(new EnqueuedState());
        Client.ChangeState(id, new SucceededState(null, 1, 1), null);
        Connection.SetJobParameter(id, "name", "value");

        Pass(Storage.JobExpirationTimeout - TimeSpan.FromMinutes(1));
        Assert.Equal("Succeeded", StateOf(id));

        Pass(TimeSpan.FromMinutes(2));
        Assert.Null(Connection.GetJobData(id));
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_state"));
        Assert.Equal(0, Monitor.SucceededListCount());
        Assert.Equal(1, Monitor.GetStatistics().Succeeded);
    }

    [Fact]
    public void WhatIsNotFinished_Stays()
    {
        var ids = new[]
        {
            CreateJobIn(new EnqueuedState()), CreateJobIn(PlainState.Processing()), CreateJobIn(new ScheduledState(TimeSpan.FromDays(400))),
            CreateJobIn(new FailedState(new InvalidOperationException())),
        };

        Pass(TimeSpan.FromDays(365));

        Assert.All(ids, id => Assert.NotNull(StateOf(id)));
    }

    [Fact]
    public void AJobThatNeverGotAState_GoesAfterAMonth()
    {
        var id = Client.Create(AJob(), new EnqueuedState());
        var forgotten = Connection.CreateExpiredJob(AJob(), None, Now(), TimeSpan.FromDays(30));

        Pass(TimeSpan.FromDays(29));
        Assert.NotNull(Connection.GetJobData(forgotten));
        Pass(TimeSpan.FromDays(2));
        Assert.Null(Connection.GetJobData(forgotten));
        Assert.NotNull(Connection.GetJobData(id));
    }

    [Fact]
    public void ExpiredCollections_Go_AndOthersStay()
    {
        Commit(transaction =>
        {
            foreach (var key in new[] { "kept", "short" })
            {
                transaction.AddToSet(key, "item");
                transaction.InsertToList(key, "item");
                transaction.SetRangeInHash(key, [KeyValuePair.Create("field", (string?)"value")]);
                transaction.IncrementCounter(key);
            }

            transaction.ExpireSet("short", TimeSpan.FromHours(1));
            transaction.ExpireList("short", TimeSpan.FromHours(1));
            transaction.ExpireHash("short", TimeSpan.FromHours(1));
            transaction.IncrementCounter("short", TimeSpan.FromHours(1));
        });

        Pass(TimeSpan.FromMinutes(59));
        Assert.Equal(2, Connection.GetCounter("short"));
        Pass(TimeSpan.FromMinutes(2));

        Assert.Empty(Connection.GetAllItemsFromSet("short"));
        Assert.Empty(Connection.GetAllItemsFromList("short"));
        Assert.Null(Connection.GetAllEntriesFromHash("short"));
        Assert.Equal(0, Connection.GetCounter("short"));
        Assert.Single(Connection.GetAllItemsFromSet("kept"));
        Assert.Single(Connection.GetAllItemsFromList("kept"));
        Assert.NotNull(Connection.GetAllEntriesFromHash("kept"));
        Assert.Equal(1, Connection.GetCounter("kept"));
    }

    [Fact]
    public void AnExpiredKey_ThatIsStillThere_HasNoTimeLeft_RatherThanForEver()
    {
        Commit(transaction =>
        {
            transaction.AddToSet("set", "item");
            transaction.ExpireSet("set", TimeSpan.FromMinutes(1));
        });
        Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(TimeSpan.Zero, Connection.GetSetTtl("set"));
    }

    [Fact]
    public void ACounter_ExpiresAfterTheLastOfItsTimes()
    {
        Commit(transaction =>
        {
            transaction.IncrementCounter("counter", TimeSpan.FromHours(2));
            transaction.IncrementCounter("counter", TimeSpan.FromHours(1));
        });

        Pass(TimeSpan.FromMinutes(90));
        Assert.Equal(2, Connection.GetCounter("counter"));
    }

    [Fact]
    public void Space_IsGivenBack_AndTheLogStaysShort()
    {
        var ballast = new string('x', 4000);
        Commit(transaction =>
        {
            for (var number = 0; number < 4000; number++)
            {
                transaction.InsertToList("ballast", ballast + number);
            }

            transaction.ExpireList("ballast", TimeSpan.FromMinutes(1));
        });
        var full = Ask<long>("pragma page_count");

        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(0, new FileInfo(FilePath + "-wal").Length);
        // The next jobs may need it at once; what nobody has used until the next run goes.
        Assert.Equal(full, Ask<long>("pragma page_count"));
        Pass(TimeSpan.Zero);

        Assert.InRange(Ask<long>("pragma page_count"), 1, full / 2);
        Assert.InRange(new FileInfo(FilePath).Length + new FileInfo(FilePath + "-wal").Length, 1, full * 4096 / 2);
    }

    [Fact]
    public void Space_IsGivenBack_InSmallTransactions_SoThatOthersCanWriteBetween()
    {
        using (var unit = Storage.BeginUnitOfWork())
        {
            Execute(unit, "create table ballast (data blob)");
            Execute(unit, "with recursive n(i) as (values (1) union all select i + 1 from n where i < 3000) insert into ballast select randomblob(9000) from n");
            unit.Commit();
        }

        using (var unit = Storage.BeginUnitOfWork())
        {
            Execute(unit, "drop table ballast");
            unit.Commit();
        }

        // A read that goes on keeps the log, in which each commit says how many pages the file has from then on.
        using var reader = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        reader.Open();
        using var snapshot = reader.BeginTransaction(deferred: true);
        using var command = reader.CreateCommand();
        command.CommandText = "select count(*) from hangfire_job";
        command.ExecuteScalar();
        Pass(TimeSpan.Zero);

        var sizes = SizesAfterCommits(File.ReadAllBytes(FilePath + "-wal"));
        Assert.InRange(Ask<long>("pragma freelist_count"), 0, 1100);
        Assert.InRange(sizes[0] - sizes[^1], 4000, int.MaxValue);
        Assert.All(sizes.Zip(sizes.Skip(1)), pair => Assert.InRange(pair.First - pair.Second, -130, 130));
    }

    [Fact]
    public void ABacklog_IsRemovedInOneRun()
    {
        const int jobs = 1050;
        Commit(transaction =>
        {
            for (var number = 0; number < jobs; number++)
            {
                transaction.SetJobState(transaction.CreateJob(AJob(), None, Now(), TimeSpan.FromMinutes(number % 50)), new EnqueuedState());
            }
        });

        Pass(TimeSpan.FromMinutes(25.5));
        Assert.Equal(jobs / 50 * 24, Ask<long>("select count(*) from hangfire_job"));
        Pass(TimeSpan.FromHours(1));
        Assert.Equal(0, Ask<long>("select (select count(*) from hangfire_job) + (select count(*) from hangfire_state)"));
        Assert.Equal(0, Ask<long>("select sum(jobs) from hangfire_state_count"));
    }

    [Fact]
    public void CountersOfTheGraphs_Expire_AndTheTotalStays()
    {
        Client.ChangeState(CreateJobIn(new EnqueuedState()), new SucceededState(null, 1, 1), null);
        Assert.Equal(3, Succeeded());

        Pass(TimeSpan.FromHours(26));
        Assert.Equal(2, Succeeded());
        Pass(TimeSpan.FromDays(32));
        Assert.Equal(1, Succeeded());
        Assert.Equal(1, Connection.GetCounter("stats:succeeded"));

        long Succeeded() => Ask<long>("select count(*) from hangfire_counter where key like 'stats:succeeded%'");
    }

    [Fact]
    public void TheHistory_OfAJobThatReschedulesItself_IsTrimmed()
    {
        var id = CreateJobIn(new EnqueuedState());
        for (var number = 0; number < 20; number++)
        {
            var state = new PlainState("Polling", ("Number", $"{number}"));
            Commit(transaction => transaction.SetJobState(id, state));
        }

        Assert.Equal(["19", "18", "17", "16", "15"], Monitor.JobDetails(id)!.History.Select(state => state.Data["Number"]));
        Assert.Equal("19", Connection.GetStateData(id)!.Data["Number"]);
    }

    [Fact]
    public void ASilentServer_IsRemoved()
    {
        Connection.AnnounceServer("silent", new Hangfire.Server.ServerContext { Queues = ["default"], WorkerCount = 1 });
        Time.Advance(TimeSpan.FromMinutes(4));
        Connection.AnnounceServer("alive", new Hangfire.Server.ServerContext { Queues = ["default"], WorkerCount = 1 });
        Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(1, Connection.RemoveTimedOutServers(TimeSpan.FromMinutes(5)));
        Assert.Equal("alive", Assert.Single(Monitor.Servers()).Name);
    }

    /// <summary>By https://sqlite.org/fileformat.html#the_write_ahead_log: what was written since the log was last begun anew.</summary>
    private static List<int> SizesAfterCommits(byte[] log)
    {
        const int header = 32, frame = 24 + 4096;
        var salt = log.AsSpan(16, 8);
        var sizes = new List<int>();
        for (var start = header; start + frame <= log.Length && log.AsSpan(start + 8, 8).SequenceEqual(salt); start += frame)
        {
            if (BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(start + 4)) is var pages and > 0)
            {
                sizes.Add(pages);
            }
        }

        return sizes;
    }

    private void Pass(TimeSpan time)
    {
        Time.Advance(time);
        new Expiration(Storage).Run(CancellationToken.None);
    }
}
