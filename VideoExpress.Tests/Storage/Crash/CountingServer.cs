using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Tests.Storage.Crash;

/// <summary>A real Hangfire server that tells the id of each job before it performs it.</summary>
internal sealed class CountingServer : IDisposable
{
    private readonly BackgroundJobServer _server;

    public CountingServer(SQLiteStorage storage, Action<string> performing, string queue = "default")
    {
        _server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                Activator = new JobActivator(),
                FilterProvider = new JobFilterProviderCollection(
                    JobFilterProviders.Providers, new JobFilterCollection { new Performing(performing) }),
                WorkerCount = 4,
                Queues = [queue],
                StopTimeout = TimeSpan.FromSeconds(5),
                ShutdownTimeout = TimeSpan.FromSeconds(10),
            },
            storage);
    }

    public void Dispose() => _server.Dispose();

    private sealed class Performing(Action<string> performing) : IServerFilter
    {
        public void OnPerforming(PerformingContext context) => performing(context.BackgroundJob.Id);

        public void OnPerformed(PerformedContext context)
        {
        }
    }
}
