using System.Globalization;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;
using Xunit.Abstractions;

namespace VideoExpress.Tests.Storage;

/// <summary>
/// A unit of work folds what it does to a new job into the job's row. The file must not show it: the same steps, in a unit that waits with
/// its transaction, in one that has begun it, in one that begins it half way, and without a unit, leave the same rows.
/// </summary>
public sealed class FoldingTests(ITestOutputHelper output) : IDisposable
{
    private const int Rounds = 60, StepsPerRound = 16;

    private static readonly string[] Names = ["Enqueued", "Processing", "Awaiting", "Custom"];

    private readonly TempFolder _folder = new();

    private delegate void Step(SQLiteStorageTransaction transaction, List<string> jobs);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HoweverAUnitIsWritten_TheFileIsTheSame()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var stock = Open("stock");
        using var deferred = Open("deferred");
        using var begun = Open("begun");
        using var late = Open("late");

        for (var round = 0; round < Rounds; round++)
        {
            var batches = Enumerable.Range(0, 4).Select(_ => Steps(random, StepsPerRound / 4)).ToList();
            var lookAt = random.Next(batches.Count);
            WithoutUnit(stock, batches);
            InUnit(deferred, batches, look: null);
            InUnit(begun, batches, look: 0);
            InUnit(late, batches, lookAt);

            var expected = Dump(stock);
            Assert.Equal(expected, Dump(deferred));
            Assert.Equal(expected, Dump(begun));
            Assert.Equal(expected, Dump(late));
            Assert.All([deferred, begun, late], storage => Assert.Equal(
                stock.GetMonitoringApi().EnqueuedCount("default"), storage.GetMonitoringApi().EnqueuedCount("default")));
        }
    }

    private static List<Step> Steps(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => StepOf(random))];

    private static Step StepOf(Random random)
    {
        var (pick, value, name) = (random.Next(), random.Next(5).ToString(CultureInfo.InvariantCulture), Names[random.Next(Names.Length)]);
        var span = TimeSpan.FromMinutes(random.Next(100));
        // It notes the time at which it was made.
        var scheduled = new ScheduledState(new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc) + span);
        string JobOf(List<string> jobs) => jobs[pick % jobs.Count];
        return random.Next(14) switch
        {
            0 or 1 => (transaction, jobs) => jobs.Add(transaction.CreateJob(
                Job.FromExpression(() => Work.Run(value)),
                new Dictionary<string, string?> { ["name"] = value, ["none"] = null },
                transaction.Connection.GetUtcDateTime(),
                span)),
            2 or 3 or 4 => (transaction, jobs) => transaction.SetJobState(JobOf(jobs), new PlainState(name, ("Value", value))),
            5 => (transaction, jobs) => transaction.AddJobState(JobOf(jobs), new PlainState(name) { Reason = value }),
            6 => (transaction, jobs) => transaction.ExpireJob(JobOf(jobs), span),
            7 => (transaction, jobs) => transaction.PersistJob(JobOf(jobs)),
            8 => (transaction, jobs) => transaction.SetJobParameter(JobOf(jobs), "name", value),
            9 => (transaction, jobs) => transaction.ChangeJobParameter(JobOf(jobs), "changed", old => old + value),
            10 => (transaction, jobs) => transaction.AddToQueue("default", JobOf(jobs)),
            11 => (transaction, jobs) => Schedule(transaction, JobOf(jobs), scheduled, pick),
            12 => (transaction, _) => transaction.IncrementCounter(value),
            _ => (transaction, jobs) => transaction.SetRangeInHash(JobOf(jobs), [new(name, value)]),
        };
    }

    private static void Schedule(SQLiteStorageTransaction transaction, string job, ScheduledState state, double score)
    {
        transaction.SetJobState(job, state);
        transaction.AddToSet("schedule", job, score);
    }

    private static void WithoutUnit(SQLiteStorage storage, List<List<Step>> batches)
    {
        using var connection = (JobStorageConnection)storage.GetConnection();
        var jobs = FirstJob(connection);
        foreach (var batch in batches)
        {
            Run(connection, batch, jobs);
        }
    }

    /// <param name="storage">The storage.</param>
    /// <param name="batches">The transactions.</param>
    /// <param name="look">The number of the transaction before which the unit's begins; null for never.</param>
    private static void InUnit(SQLiteStorage storage, List<List<Step>> batches, int? look)
    {
        using var unit = storage.BeginUnitOfWork();
        var jobs = FirstJob(unit.StorageConnection);
        for (var number = 0; number < batches.Count; number++)
        {
            if (number == look)
            {
                _ = unit.Connection;
            }

            Run(unit.StorageConnection, batches[number], jobs);
        }

        unit.Commit();
    }

    private static List<string> FirstJob(JobStorageConnection connection) =>
        [connection.CreateExpiredJob(Job.FromExpression(() => Work.Run("first")), new Dictionary<string, string?>(),
            connection.GetUtcDateTime(), TimeSpan.FromDays(1))];

    private static void Run(JobStorageConnection connection, List<Step> steps, List<string> jobs)
    {
        using var transaction = (SQLiteStorageTransaction)connection.CreateWriteTransaction();
        foreach (var step in steps)
        {
            step(transaction, jobs);
        }

        transaction.Commit();
    }

    private static string Dump(SQLiteStorage storage) => storage.Read(connection =>
    {
        // The reserve of job ids is raised once a transaction, or once a job.
        var tables = Rows(connection, "select name from sqlite_master where type = 'table' and name not in ('hangfire_job_id', 'hangfire_schema')");
        return string.Join('\n', tables.SelectMany(table => Rows(connection, $"select * from {table} order by 1, 2").Select(row => $"{table}: {row}")));
    });

    private static List<string> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        }

        return rows;
    }

    private SQLiteStorage Open(string name) => new(_folder.File($"{name}.db"), new SQLiteStorageOptions
    {
        // Nothing but the way of writing may differ: ids count from one in each file, and the clock stands still.
        TimeProvider = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
        StateHistoryLength = 3,
    });
}
