using VideoExpress.Jobs.Gpu;

namespace VideoExpress.Web.Gateway;

/// <summary>Puts the GPU gateway into a host.</summary>
internal static class GatewayRegistration
{
    /// <summary>
    /// The gateway's parts. They need the storage, the object store and its <see cref="AttemptFiles"/>, the server's address and a clock among the
    /// services.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="settings">The section <c>Gateway</c>, already checked.</param>
    /// <param name="dataDirectory">Where generated keys are kept.</param>
    public static IServiceCollection AddGateway(this IServiceCollection services, GatewaySettings settings, string dataDirectory)
    {
        services
            .AddSingleton(settings)
            .AddSingleton(new GatewayKeys(settings, dataDirectory))
            .AddSingleton<GatewayAddress>()
            .AddSingleton<GatewayAccess>()
            .AddSingleton<LongPoll>()
            .AddSingleton<GatewaySignals>()
            .AddSingleton<Workers>()
            .AddSingleton<LocalWorkerState>()
            .AddSingleton<GpuRequests>()
            .AddSingleton<HandOuts>()
            .AddSingleton<StreamChunks>()
            .AddSingleton<Webhooks>()
            .AddSingleton<StoredResults>()
            .AddSingleton<WorkerFileUrls>()
            .AddSingleton<LostRequests>()
            .AddSingleton<OverdueRequests>()
            .AddHostedService<GatewayStart>()
            .AddHostedService<Deadlines>()
            .AddHostedService<WebhookSender>();
        if (settings.LocalWorker)
        {
            services.AddSingleton<WorkerLauncher>().AddHostedService<LocalWorker>();
        }

        return services;
    }

    /// <summary>
    /// The calls below <c>/v2/{endpoint}</c>. They have keys of their own, and RunPod's documentation is theirs: the host's authorization
    /// and OpenAPI document leave them out.
    /// </summary>
    public static IEndpointRouteBuilder MapGateway(this IEndpointRouteBuilder app)
    {
        var gateway = app.MapGroup("/v2/{endpoint}").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();

        var clients = gateway.MapGroup("").AddEndpointFilter(GatewayAccess.ForClients);
        clients.MapSubmitRun();
        clients.MapGetStatus();
        clients.MapGetStream();
        clients.MapCancelRequest();
        clients.MapRetryRequest();
        clients.MapPurgeQueue();
        clients.MapGetEndpointHealth();

        var workers = gateway.MapGroup("").AddEndpointFilter(GatewayAccess.ForWorkers);
        workers.MapPostResult();
        workers.MapPostChunk();
        workers.MapPing();

        var waitingWorkers = gateway.MapGroup("").AddEndpointFilter(GatewayAccess.ForWaitingWorkers);
        waitingWorkers.MapTakeJob();
        waitingWorkers.MapStopJobs();
        return app;
    }
}
