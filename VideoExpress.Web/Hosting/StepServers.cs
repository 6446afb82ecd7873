using Hangfire;
using VideoExpress.Jobs;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Retention;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting;

/// <summary>
/// Hangfire's servers, one for each kind of work. They start when the web server listens, since steps call our own gateway and hand out URLs
/// of this host, and stop with it.
/// </summary>
internal sealed class StepServers(
    IServiceProvider services, JobStorage storage, HangfireSettings settings, RetentionSettings retention, ServerAddress address, ServerUrls urls) : IHostedLifecycleService
{
    private readonly List<BackgroundJobServer> _servers = [];

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        address.Listen(urls.Local);
        Upkeep.Schedule(storage, retention);
        _servers.Add(Start([StepQueues.Poll, StepQueues.Quick], settings.Workers, isLightweight: false));
        _servers.Add(Start([StepQueues.Media], settings.MediaWorkers, isLightweight: true));
        _servers.Add(Start([StepQueues.Upkeep], workers: 1, isLightweight: true));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _servers.ForEach(server => server.SendStop());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_servers.Select(server => server.WaitForShutdownAsync(cancellationToken)));
        _servers.ForEach(server => server.Dispose());
        _servers.Clear();
    }

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private BackgroundJobServer Start(string[] queues, int workers, bool isLightweight) => new(
        new BackgroundJobServerOptions
        {
            ServerName = queues[^1],
            Queues = queues, // in this order
            WorkerCount = workers,
            IsLightweightServer = isLightweight,
            Activator = services.GetRequiredService<JobActivator>(),
            FilterProvider = services.GetRequiredService<Hangfire.Common.IJobFilterProvider>(),
            StopTimeout = Shutdown.StepGrace,
            ShutdownTimeout = Shutdown.StepEnd,
        },
        storage);
}
