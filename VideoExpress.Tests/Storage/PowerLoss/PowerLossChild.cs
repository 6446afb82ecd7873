using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using VideoExpress.Storage.SQLite;
using VideoExpress.Tests.Storage.Conformance;
using VideoExpress.Tests.Storage.Crash;

namespace VideoExpress.Tests.Storage.PowerLoss;

/// <summary>
/// The process whose machine loses its power: stock clients, units of work and changes of state on several threads, and optionally a
/// server that runs it all. What returned goes into the trace of the disk, and to the test.
/// </summary>
internal static class PowerLossChild
{
    public const string Role = "power-loss", Notes = "notes", WithServer = "server", WithoutServer = "no-server";

    private const int Threads = 4;

    /// <summary>A test that is slow to stop it gets no more to look at than what this many writes leave.</summary>
    private const int Most = 60, MostWithServer = 800;

    /// <summary>The trace beside the file.</summary>
    public static string TraceOf(string path) => path + ".trace";

    public static Action<SQLiteStorage> Recording(string path, string setting)
    {
        var recorder = new DiskRecorder(TraceOf(path));
        SqliteFileHook.Install(recorder);
        return storage => Write(storage, setting == WithServer, line =>
        {
            recorder.Report(line);
            ChildProcess.Report(line);
        });
    }

    private static void Write(SQLiteStorage storage, bool withServer, Action<string> report)
    {
        if (withServer)
        {
            _ = new CountingServer(storage, _ => { });
        }

        var each = (withServer ? MostWithServer : Most) / Threads;
        for (var thread = 0; thread < Threads; thread++)
        {
            var own = thread;
            ChildProcess.StartThread(() =>
            {
                for (var number = 0; number < each; number++)
                {
                    WriteOne(storage, own, number, report);
                }
            });
        }
    }

    private static void WriteOne(SQLiteStorage storage, int thread, int number, Action<string> report)
    {
        var client = new BackgroundJobClient(storage);
        switch ((thread + number) % 3)
        {
            case 0:
                var id = client.Create(Job.FromExpression(() => Work.Run("x")), new EnqueuedState());
                report("created " + id);
                using (var connection = storage.GetConnection())
                {
                    connection.SetJobParameter(id, Notes, id);
                    report("marked " + id);
                    connection.SetRangeInHash(Notes, [new KeyValuePair<string, string>(id, id)]);
                    report("noted " + id);
                }

                break;
            case 1:
                id = client.Create(Job.FromExpression(() => Work.Run("x")), new ScheduledState(TimeSpan.FromHours(1)));
                report("created " + id);
                client.ChangeState(id, new DeletedState(), null);
                report("deleted " + id);
                break;
            default:
                var film = Film.Make(storage, string.Create(CultureInfo.InvariantCulture, $"{thread}-{number}"));
                report("film " + film.Title);
                break;
        }
    }
}
