using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.Data.Sqlite;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;
using VideoExpress.Tests.Storage.PowerLoss;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>
/// The process that a crash test kills: <c>VideoExpress.Tests ROLE FILE [SETTING]</c>. It reports what it has done, a line each, and ends
/// when its input does, so that it never outlives the test.
/// </summary>
internal static class ChildProcess
{
    public const string Hold = "hold", Fetch = "fetch", Enqueue = "enqueue", Chains = "chains", Backups = "backups";

    public const int ChainLength = 4;

    public static int Run(string role, string path, string? setting = null)
    {
        // The files are watched from the first one that SQLite opens.
        var play = DoomedChild.Roles.TryGetValue(role, out var doomed) ? doomed.Until(setting!)
            : role == PowerLossChild.Role ? PowerLossChild.Recording(path, setting!)
            : storage => Play(role, storage);
        SQLiteStorage storage;
        try
        {
            storage = new SQLiteStorage(path);
        }
        catch (Exception exception) when (exception is IOException or SqliteException)
        {
            Report("refused " + exception.Message);
            return 3;
        }

        StartThread(() => play(storage));
        Console.In.ReadToEnd();
        return 0;
    }

    private static void Play(string role, SQLiteStorage storage)
    {
        switch (role)
        {
            case Hold:
                Report("ready");
                break;
            case Fetch:
                FetchOne(storage);
                break;
            case Enqueue:
                EnqueueForEver(storage);
                break;
            case Chains:
                RunChainsForEver(storage);
                break;
            case Backups:
                BackUpUntilTheDiskIsFull(storage);
                break;
            default:
                throw new ArgumentException("Unknown role.", nameof(role));
        }
    }

    private static void FetchOne(SQLiteStorage storage)
    {
        using var connection = storage.GetConnection();
        var fetched = connection.FetchNextJob(["default"], CancellationToken.None);
        new BackgroundJobStateChanger().ChangeState(new StateChangeContext(storage, connection, fetched.JobId, PlainState.Processing()));
        Report("fetched " + fetched.JobId);
        Thread.CurrentThread.Join();
    }

    private static void EnqueueForEver(SQLiteStorage storage)
    {
        var client = new BackgroundJobClient(storage);
        while (true)
        {
            Report("enqueued " + client.Create(Job.FromExpression(() => Work.Run("x")), new EnqueuedState()));
        }
    }

    /// <summary>Creates chains, a row of the application with each, while a server runs their steps.</summary>
    private static void RunChainsForEver(SQLiteStorage storage)
    {
        GlobalJobFilters.Filters.Add(new StepRows());
        using (var unit = storage.BeginUnitOfWork())
        {
            StepRows.Execute(unit, "create table if not exists steps (job text primary key, state text not null)");
            unit.Commit();
        }

        using var server = new TestServer(storage, 4);
        while (true)
        {
            using var unit = storage.BeginUnitOfWork();
            var id = unit.Create(Job.FromExpression(() => Work.Run("first")), new EnqueuedState());
            var last = id;
            for (var step = 1; step < ChainLength; step++)
            {
                last = unit.ContinueWith(last, Job.FromExpression(() => Work.Run("next")));
            }

            unit.Commit();
            Report("created " + id);
        }
    }

    private static void BackUpUntilTheDiskIsFull(SQLiteStorage storage)
    {
        try
        {
            for (var number = 0; ; number++)
            {
                storage.BackUpAsync($"{storage.Path}.{number}").GetAwaiter().GetResult();
                Report("made " + number);
            }
        }
        catch (SqliteException exception)
        {
            Report("failed " + exception.Message);
            var left = Directory.GetFiles(Path.GetDirectoryName(storage.Path)!, "*.partial").Length;
            Report("left " + left);
        }
    }

    /// <summary>Ends with the process, which is how all of them end here.</summary>
    public static void StartThread(Action action) => new Thread(() => action()) { IsBackground = true }.Start();

    public static void Report(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    /// <summary>Keeps, for each job, a row with its state, in Hangfire's own commits.</summary>
    internal sealed class StepRows : IApplyStateFilter
    {
        public void OnStateApplied(ApplyStateContext context, Hangfire.Storage.IWriteOnlyTransaction transaction) =>
            ((SQLiteStorageTransaction)transaction).Enlist(unit => Execute(
                unit, $"insert or replace into steps values ('{context.BackgroundJob.Id}', '{context.NewState.Name}')"));

        public void OnStateUnapplied(ApplyStateContext context, Hangfire.Storage.IWriteOnlyTransaction transaction)
        {
        }

        public static void Execute(SQLiteUnitOfWork unit, string sql)
        {
            using SqliteCommand command = unit.Connection.CreateCommand();
            command.Transaction = unit.Transaction;
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
