using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using SQLitePCL;
using VideoExpress.Storage.SQLite.Maintenance;

namespace VideoExpress.Tests.Storage;

/// <summary>
/// Everything the storage ever asks is asked once, SQLite's own trace writes it down, and SQLite's own plan says how it is answered: by an
/// index, and without sorting.
/// </summary>
public sealed class QueryPlanTests : SQLiteTest
{
    /// <summary>A row for each server or state, or one in all, a list of ours, and what another step of the plan has found by an index.</summary>
    private static readonly string[] MayBeScanned = ["hangfire_server", "hangfire_state_count", "hangfire_job_id", "json_each", "(subquery"];

    private readonly HashSet<string> _statements = new(StringComparer.Ordinal);
    private readonly strdelegate_trace _note;

    public QueryPlanTests()
    {
        _note = (_, statement) => _statements.Add(statement);
        using var unit = Storage.BeginUnitOfWork();
        raw.sqlite3_trace(unit.Connection.Handle!, _note, null!);
        // One thread rents one and the same connection.
        Storage.Read(connection =>
        {
            raw.sqlite3_trace(connection.Handle!, _note, null!);
            return true;
        });
    }

    [Fact]
    public void EveryQuery_GoesByAnIndex_WithoutSorting()
    {
        var parent = CreateJobIn(new EnqueuedState());
        var scheduled = CreateJobIn(new ScheduledState(TimeSpan.FromHours(1)));
        Client.Create(AJob(), new AwaitingState(parent));
        ReadEverything(parent);
        WriteEverything(parent);
        RunAJob();
        Client.ChangeState(scheduled, new DeletedState(), null);
        new Expiration(Storage).Run(CancellationToken.None);
        Storage.ReloadDueTimes();

        // Once a day, on a connection for reading.
        Assert.Equal(1, _statements.RemoveWhere(statement => statement.StartsWith("select id from hangfire_job where state is null", StringComparison.Ordinal)));
        var asked = _statements.Where(IsPlanned).ToArray();
        Assert.InRange(asked.Length, 80, int.MaxValue);
        var offences = asked.SelectMany(statement => PlanOf(statement).Where(IsSlow).Select(step => $"{step}: {statement}"));
        Assert.Empty(offences);
    }

    private static bool IsPlanned(string statement) =>
        new[] { "select", "insert", "update", "delete", "with" }.Any(verb => statement.StartsWith(verb, StringComparison.OrdinalIgnoreCase));

    private static bool IsSlow(string step) =>
        step.Contains("TEMP B-TREE", StringComparison.Ordinal)
        || (step.StartsWith("SCAN", StringComparison.Ordinal) && !MayBeScanned.Any(table => step.Contains(table, StringComparison.Ordinal)));

    private List<string> PlanOf(string statement) => Storage.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "explain query plan " + statement;
        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read())
        {
            steps.Add(reader.GetString(3));
        }

        return steps;
    });

    private void ReadEverything(string job)
    {
        foreach (var perPage in new[] { 10, 20, 50, 100, 500 })
        {
            Monitor.Queues();
            Monitor.EnqueuedJobs("default", 0, perPage);
            Monitor.FetchedJobs("default", 0, perPage);
            Monitor.ProcessingJobs(0, perPage);
            Monitor.ScheduledJobs(0, perPage);
            Monitor.SucceededJobs(0, perPage);
            Monitor.FailedJobs(0, perPage);
            Monitor.DeletedJobs(0, perPage);
            Monitor.AwaitingJobs(0, perPage);
        }

        Monitor.Servers();
        Monitor.GetStatistics();
        Monitor.JobDetails(job);
        Monitor.FailedCount();
        Monitor.SucceededByDatesCount();
        Monitor.HourlyFailedJobs();

        Connection.GetJobData(job);
        Connection.GetStateData(job);
        Connection.GetJobParameter(job, "name");
        Connection.GetAllItemsFromSet("set");
        Connection.GetFirstByLowestScoreFromSet("set", 0, 1, 10);
        Connection.GetFirstByLowestScoreFromSet("schedule", 0, double.MaxValue, 1000);
        Connection.GetSetContains("set", "item");
        Connection.GetSetCount("set");
        Connection.GetSetCount(["retries", "set"], 10);
        Connection.GetRangeFromSet("retries", 0, 10);
        Connection.GetSetTtl("set");
        Connection.GetAllEntriesFromHash("hash");
        Connection.GetValueFromHash("hash", "field");
        Connection.GetHashCount("hash");
        Connection.GetHashTtl("hash");
        Connection.GetListCount("list");
        Connection.GetAllItemsFromList("list");
        Connection.GetRangeFromList("list", 0, 10);
        Connection.GetListTtl("list");
        Connection.GetCounter("counter");
    }

    private void WriteEverything(string job)
    {
        Connection.AnnounceServer("server", new ServerContext { Queues = ["default"], WorkerCount = 1 });
        Connection.Heartbeat("server");
        Connection.RemoveTimedOutServers(TimeSpan.FromHours(1));
        Connection.RemoveServer("server");
        Connection.SetJobParameter(job, "name", "value");
        Connection.SetRangeInHash("hash", [KeyValuePair.Create("field", "value")]);
        Commit(transaction =>
        {
            transaction.AddJobState(job, new FailedState(new InvalidOperationException()));
            transaction.ExpireJob(job, TimeSpan.FromHours(1));
            transaction.PersistJob(job);
            transaction.IncrementCounter("counter", TimeSpan.FromHours(1));
            transaction.AddToSet("set", "item", 1);
            transaction.AddRangeToSet("set", ["more"]);
            transaction.RemoveFromSet("set", "item");
            transaction.ExpireSet("set", TimeSpan.FromHours(1));
            transaction.PersistSet("set");
            transaction.RemoveSet("set");
            transaction.InsertToList("list", "item");
            transaction.RemoveFromList("list", "item");
            transaction.TrimList("list", 0, 10);
            transaction.ExpireList("list", TimeSpan.FromHours(1));
            transaction.PersistList("list");
            transaction.ExpireHash("hash", TimeSpan.FromHours(1));
            transaction.PersistHash("hash");
            transaction.RemoveHash("hash");
        });
    }

    private void RunAJob()
    {
        using var fetched = Connection.FetchNextJob(["default"], CancellationToken.None);
        Monitor.FetchedJobs("default", 0, 10);
        using var transaction = (JobStorageTransaction)Connection.CreateWriteTransaction();
        transaction.SetJobState(fetched.JobId, new SucceededState(null, 1, 1));
        transaction.RemoveFromQueue(fetched);
        transaction.Commit();
    }
}
