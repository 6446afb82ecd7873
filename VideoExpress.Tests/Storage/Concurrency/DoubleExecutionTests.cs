using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using VideoExpress.Tests.Storage.Crash;
using Xunit.Abstractions;

namespace VideoExpress.Tests.Storage.Concurrency;

/// <summary>Many workers of several servers on one storage, servers that stop in between, and jobs that end in every way.</summary>
public sealed class DoubleExecutionTests(ITestOutputHelper output) : SQLiteTest
{
    private const int Jobs = 400, Servers = 3, Stops = 6, LingeringAtAStop = 3;

    [Fact]
    public async Task NoJobRunsTwiceWithoutAReason_AndNoneIsLost()
    {
        var seed = System.Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        Write(Runs.Table);
        var labour = new Labour(Storage);
        var servers = Enumerable.Range(0, Servers).Select(number => StartServer(labour, number)).ToArray();
        var created = Task.WhenAll(Enumerable.Range(0, 4)
            .Select(thread => Task.Run(() => CreateJobs(new Random(seed + thread), Jobs / 4))));
        for (var stop = 0; stop < Stops; stop++)
        {
            var number = await WhereJobsLinger(labour);
            await Task.Run(servers[number].Dispose);
            labour.LetGo();
            servers[number] = StartServer(labour, number);
        }

        await created;
        await Eventually(() => Ask<long>("select count(*) from hangfire_queue") == 0, TimeSpan.FromSeconds(60));
        await Eventually(
            () => Ask<long>("select count(*) from hangfire_job where state in ('Enqueued', 'Processing')") == 0, TimeSpan.FromSeconds(60));
        await Task.WhenAll(servers.Select(server => Task.Run(server.Dispose)));

        Audit.AssertSound(Storage);
        Assert.Empty(labour.Doubled);
        Assert.Equal(Jobs + Stops * LingeringAtAStop, Ask<long>("select count(*) from runs"));
        Assert.Equal(0, Ask<long>("select count(*) from runs join hangfire_job j on j.id = job where succeeded <> (state = 'Succeeded')"));
        Assert.Equal(0, Ask<long>("select count(*) from hangfire_job where state not in ('Succeeded', 'Deleted')"));
        Assert.All(Starts(), run => Assert.Equal(1 + labour.ReasonsOf(run.Key), run.Value));
        output.WriteLine($"{Starts().Values.Sum()} runs of {Starts().Count} jobs, {labour.Aborted} aborted");
        Assert.InRange(labour.Aborted, Stops, Stops * LingeringAtAStop);
    }

    /// <summary>The number of a server where a job lingers until it is stopped.</summary>
    private async Task<int> WhereJobsLinger(Labour labour)
    {
        for (var count = 0; count < LingeringAtAStop; count++)
        {
            Client.Create(Job.FromExpression<Labour>(lingers => lingers.Lingers(null, CancellationToken.None)), new EnqueuedState());
        }

        var server = "";
        for (var count = 0; count < LingeringAtAStop; count++)
        {
            server = await labour.Lingering.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        }

        // "NAME:PROCESS:GUID", and the name is its number.
        return int.Parse(server.Split(':')[0], CultureInfo.InvariantCulture);
    }

    private void CreateJobs(Random random, int count)
    {
        for (; count > 0; count--)
        {
            Client.Create(random.Next(5) switch
            {
                0 => Job.FromExpression<Labour>(labour => labour.FailsOnce(null)),
                1 => Job.FromExpression<Labour>(labour => labour.RequeuesItself(null)),
                2 => Job.FromExpression<Labour>(labour => labour.IsDeletedWhileItRuns(null)),
                _ => Job.FromExpression<Labour>(labour => labour.Plain(null)),
            }, new EnqueuedState());
        }
    }

    private BackgroundJobServer StartServer(Labour labour, int number) => new(
        new BackgroundJobServerOptions
        {
            ServerName = number.ToString(CultureInfo.InvariantCulture),
            Activator = new Single(labour),
            FilterProvider = new JobFilterProviderCollection(JobFilterProviders.Providers, new JobFilterCollection { new Runs() }),
            WorkerCount = 6,
            // Running jobs are aborted rather than waited for.
            StopTimeout = TimeSpan.Zero,
            ShutdownTimeout = TimeSpan.FromSeconds(10),
        },
        Storage);

    private Dictionary<string, int> Starts() => Storage.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "select job, started from runs";
        using var reader = command.ExecuteReader();
        var starts = new Dictionary<string, int>(StringComparer.Ordinal);
        while (reader.Read())
        {
            starts.Add(reader.GetString(0), reader.GetInt32(1));
        }

        return starts;
    });

    private void Write(string sql)
    {
        using var unit = Storage.BeginUnitOfWork();
        Execute(unit, sql);
        unit.Commit();
    }

    private sealed class Single(object instance) : JobActivator
    {
        public override object ActivateJob(Type jobType) => instance;
    }
}
