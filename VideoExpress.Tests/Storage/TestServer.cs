using Hangfire;

namespace VideoExpress.Tests.Storage;

/// <summary>A real Hangfire server over a storage, stopped within seconds.</summary>
internal sealed class TestServer : IDisposable
{
    private readonly BackgroundJobServer _server;

    public TestServer(JobStorage storage, int workers = 8, params string[] queues)
    {
        _server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                // Hangfire's static one may be that of a host in this process, and gone with it.
                Activator = new JobActivator(),
                WorkerCount = workers,
                // What is told in a test, the storage has told.
                CancellationCheckInterval = TimeSpan.FromHours(5),
                Queues = queues.Length == 0 ? ["default"] : queues,
                StopTimeout = TimeSpan.FromSeconds(5),
                ShutdownTimeout = TimeSpan.FromSeconds(10),
            },
            storage);
    }

    public void Dispose() => _server.Dispose();
}
