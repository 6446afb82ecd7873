using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using VideoExpress.Bench.Storage;
using VideoExpress.Storage.SQLite;

var jobs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 2000;
var folder = Directory.CreateTempSubdirectory("videoexpress-bench-").FullName;
try
{
    Console.WriteLine($"{jobs} jobs, {Environment.ProcessorCount} processors");
    var before = RawCommits();
    using var storage = new SQLiteStorage(Path.Combine(folder, "jobs.db"));
    var client = new BackgroundJobClient(storage);
    var rates = new List<(string Name, double PerSecond)>
    {
        ("enqueue, one caller", Rate(jobs, () =>
        {
            for (var i = 0; i < jobs; i++)
            {
                client.Create(NoOp(), new EnqueuedState());
            }
        })),
        ("drain, 8 workers", Rate(jobs, () => Drain(jobs))),
        ("chains of 4 in one commit, chains", Rate(jobs / 4, () => CreateChains(jobs / 4))),
        ("chain steps, 8 workers", Rate(jobs, () => Drain(2 * jobs))),
    };

    var raw = (before + RawCommits()) / 2;
    Console.WriteLine($"{"raw durable commits",-36} {raw,9:0} /s   1.00");
    foreach (var (name, perSecond) in rates)
    {
        Console.WriteLine($"{name,-36} {perSecond,9:0} /s   {perSecond / raw:0.00}");
    }

    void CreateChains(int chains)
    {
        for (var i = 0; i < chains; i++)
        {
            using var unitOfWork = storage.BeginUnitOfWork();
            var last = unitOfWork.Create(NoOp(), new EnqueuedState());
            for (var step = 1; step < 4; step++)
            {
                last = unitOfWork.ContinueWith(last, NoOp());
            }

            unitOfWork.Commit();
        }
    }

    // Until so many jobs have succeeded since the file was made.
    void Drain(int succeeded)
    {
        using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 8 }, storage);
        SpinWait.SpinUntil(() => storage.GetMonitoringApi().GetStatistics().Succeeded >= succeeded, TimeSpan.FromMinutes(5));
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static Job NoOp() => Job.FromExpression(() => Nothing.Run());

static double Rate(int count, Action work)
{
    var clock = Stopwatch.StartNew();
    work();
    return count / clock.Elapsed.TotalSeconds;
}

// One row a transaction, in a file of its own with the storage's own settings.
double RawCommits()
{
    const int commits = 1000;
    using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "raw.db")};Pooling=False");
    connection.Open();
    Execute("pragma journal_mode=wal; pragma synchronous=full; create table if not exists rows (id integer primary key, text text)");
    return Rate(commits, () =>
    {
        for (var i = 0; i < commits; i++)
        {
            Execute("insert into rows (text) values ('a row of about the size of a job')");
        }
    });

    void Execute(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
