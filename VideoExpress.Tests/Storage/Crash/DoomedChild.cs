using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;
using static VideoExpress.Tests.Storage.Crash.ChildProcess;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>
/// One operation again and again, in a process that is killed in the middle of it: each role prepares what it needs, arms the
/// <see cref="KillPoint"/>, and reports what returned to it.
/// </summary>
internal sealed class DoomedChild(Action<SQLiteStorage, Action> play)
{
    public const string Enqueue = "doomed-enqueue", Fetch = "doomed-fetch", Acknowledge = "doomed-acknowledge",
        HandOff = "doomed-hand-off", Schedule = "doomed-schedule", ManyThreads = "doomed-threads";

    private const int Prepared = 40;

    public static readonly Dictionary<string, DoomedChild> Roles = new(StringComparer.Ordinal)
    {
        [Enqueue] = new(EnqueueJobs),
        [Fetch] = new(FetchJobs),
        [Acknowledge] = new(AcknowledgeJobs),
        [HandOff] = new(HandOn),
        [Schedule] = new(EnqueueDueJobs),
        [ManyThreads] = new(WriteFromManyThreads),
    };

    /// <summary>Plays the role until <paramref name="operations"/> writes and syncs have been seen after it was armed.</summary>
    public Action<SQLiteStorage> Until(string operations)
    {
        var kill = new KillPoint();
        SqliteFileHook.Install(kill);
        return storage =>
        {
            play(storage, () => kill.Arm(int.Parse(operations, CultureInfo.InvariantCulture)));
            Thread.CurrentThread.Join();
        };
    }

    private static Job AJob() => Job.FromExpression(() => Work.Run("x"));

    private static void EnqueueJobs(SQLiteStorage storage, Action arm)
    {
        var client = new BackgroundJobClient(storage);
        arm();
        while (true)
        {
            Report("enqueued " + client.Create(AJob(), new EnqueuedState()));
        }
    }

    private static void FetchJobs(SQLiteStorage storage, Action arm)
    {
        Prepare(storage, new EnqueuedState());
        arm();
        for (var count = 0; count < Prepared; count++)
        {
            Report("fetched " + FetchOne(storage, storage.GetConnection()).JobId);
        }
    }

    private static void AcknowledgeJobs(SQLiteStorage storage, Action arm)
    {
        Prepare(storage, new EnqueuedState());
        using var connection = (JobStorageConnection)storage.GetConnection();
        var fetched = Enumerable.Range(0, Prepared).Select(_ => FetchOne(storage, connection)).ToList();
        arm();
        foreach (var job in fetched)
        {
            using var transaction = (JobStorageTransaction)connection.CreateWriteTransaction();
            new BackgroundJobStateChanger().ChangeState(new StateChangeContext(
                storage, connection, transaction, job.JobId, new SucceededState(null, 1, 1), [ProcessingState.StateName],
                CancellationToken.None));
            transaction.RemoveFromQueue(job);
            transaction.Commit();
            Report("acknowledged " + job.JobId);
        }
    }

    private static void HandOn(SQLiteStorage storage, Action arm)
    {
        for (var chain = 0; chain < Prepared / 3; chain++)
        {
            using var unit = storage.BeginUnitOfWork();
            var first = unit.Create(AJob(), new EnqueuedState());
            var second = unit.ContinueWith(first, AJob());
            var third = unit.ContinueWith(second, AJob());
            unit.Commit();
            ReportAll([first, second, third]);
        }

        arm();
        _ = new CountingServer(storage, id => Report("ran " + id));
    }

    /// <summary>No worker listens, so it is the move from Scheduled to Enqueued that is killed.</summary>
    private static void EnqueueDueJobs(SQLiteStorage storage, Action arm)
    {
        Prepare(storage, new ScheduledState(TimeSpan.Zero));
        arm();
        _ = new CountingServer(storage, _ => { }, "nobody-enqueues-here");
    }

    private static void WriteFromManyThreads(SQLiteStorage storage, Action arm)
    {
        arm();
        Action<int>[] writes =
        [
            number => ReportAll(Film.Make(storage, $"{Environment.ProcessId}-{number}").Jobs),
            _ => Report("created " + new BackgroundJobClient(storage).Create(AJob(), new EnqueuedState())),
            _ => CreateAndDelete(storage),
        ];
        for (var thread = 0; thread < 9; thread++)
        {
            var (first, write) = (thread, writes[thread % writes.Length]);
            StartThread(() =>
            {
                for (var number = first; ; number += 9)
                {
                    write(number);
                }
            });
        }
    }

    private static void CreateAndDelete(SQLiteStorage storage)
    {
        var client = new BackgroundJobClient(storage);
        var id = client.Create(AJob(), new EnqueuedState());
        Report("created " + id);
        client.ChangeState(id, new DeletedState(), null);
        Report("deleted " + id);
    }

    private static void ReportAll(string[] created) => Report(string.Join('\n', created.Select(id => "created " + id)));

    private static void Prepare(SQLiteStorage storage, IState state)
    {
        var client = new BackgroundJobClient(storage);
        for (var count = 0; count < Prepared; count++)
        {
            Report("created " + client.Create(AJob(), state));
        }
    }

    private static IFetchedJob FetchOne(SQLiteStorage storage, IStorageConnection connection)
    {
        var fetched = connection.FetchNextJob(["default"], CancellationToken.None);
        new BackgroundJobStateChanger().ChangeState(new StateChangeContext(storage, connection, fetched.JobId, PlainState.Processing()));
        return fetched;
    }
}
