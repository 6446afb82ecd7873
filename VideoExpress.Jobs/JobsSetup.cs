using Hangfire.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Chain;
using VideoExpress.Jobs.Data;
using VideoExpress.Jobs.Fetch;
using VideoExpress.Jobs.Gpu;
using VideoExpress.Jobs.Gpu.Webhooks;
using VideoExpress.Jobs.Maintenance;
using VideoExpress.Jobs.Media;
using VideoExpress.Jobs.Provenance;
using VideoExpress.Jobs.Retention;
using VideoExpress.Jobs.Store;
using VideoExpress.Jobs.Timeline;
using VideoExpress.Storage.SQLite;

namespace VideoExpress.Jobs;

/// <summary>The heart of the product for a composition root.</summary>
public static class JobsSetup
{
    /// <summary>The name of the schema of jobs in the file.</summary>
    public const string Schema = "jobs";

    /// <summary>
    /// Adds jobs, their chains and their upkeep. Wants the settings records, <see cref="SQLiteStorage"/>, <see cref="IObjectStore"/>,
    /// <see cref="ServerAddress"/>, <see cref="WebhookTokens"/>, <see cref="TimeProvider"/> and logging.
    /// </summary>
    /// <param name="services">Where to add them.</param>
    /// <param name="workFolder">Scratch space on a disk with room for a film and its sources.</param>
    /// <param name="localGateway">Endpoint and client key of our own GPU gateway.</param>
    public static IServiceCollection AddJobs(
        this IServiceCollection services, string workFolder, Func<IServiceProvider, (Uri Endpoint, string Key)> localGateway) => services
        .AddSingleton(new WorkFolders(workFolder))
        .AddSingleton<JobTransitions>()
        .AddSingleton(provider => new GpuEndpoints(
            provider.GetRequiredService<RunPodSettings>(),
            (endpoint, key) => new RunPodClient(
                RunPodClient.CreateHandler(), endpoint, key, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RunPodClient>>()),
            () => localGateway(provider)))
        .AddSingleton(provider => new JobDesk(
            provider.GetRequiredService<SQLiteStorage>(),
            provider.GetRequiredService<JobTransitions>(),
            provider.GetRequiredService<GpuEndpoints>(),
            provider.GetRequiredService<JobSources>(),
            provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<JobRetry>()
        .AddSingleton<SourceKeys>()
        .AddSingleton<JobSources>()
        .AddSingleton<JobRetention>()
        .AddSingleton<StoreIdentity>()
        .AddSingleton<Removal>()
        .AddSingleton<InboxSweep>()
        .AddSingleton<Leftovers>()
        .AddSingleton<Cleanup>()
        .AddSingleton<ScrubComparison>()
        .AddSingleton<ScrubRepair>()
        .AddSingleton<Scrub>()
        .AddSingleton<IJobFilter, ChainFilter>()
        .AddSingleton<StepNames>()
        .AddSingleton<WorkerInput>()
        .AddSingleton<AttemptFiles>()
        .AddSingleton<WebhookAddress>()
        .AddSingleton<WebhookIntake>()
        .AddSingleton<ForgottenAttempts>()
        .AddSingleton<Submission>()
        .AddSingleton<SignsOfLife>()
        .AddSingleton<Listening>()
        .AddSingleton<Silence>()
        .AddSingleton<Reconciliation>()
        .AddSingleton<StatusCheck>()
        .AddSingleton<Cancellation>()
        .AddSingleton<PollPace>()
        .AddSingleton<WorkerFiles>()
        .AddSingleton<PublishedEdition>()
        .AddSingleton<Imprint>()
        .AddSingleton<Delivery>()
        .AddSingleton<UrlFetcher>()
        .AddSingleton<MediaProbe>()
        .AddSingleton<FfmpegRunner>()
        .AddSingleton<PosterMaker>()
        .AddSingleton<Stitcher>()
        .AddSingleton<SourceFetcher>()
        .AddSingleton<FilmMaker>()
        .AddTransient<SubmitStep>()
        .AddTransient<PollStep>()
        .AddTransient<UploadStep>()
        .AddTransient<StitchStep>()
        .AddTransient<CancelStep>()
        .AddHostedService<Reconciler>();

    /// <summary>Brings the tables of jobs to the newest schema.</summary>
    /// <exception cref="NewerSchemaException">The file was written by a newer version.</exception>
    public static void MigrateJobs(this SQLiteStorage storage) => Migrations.Apply(storage, typeof(JobsSetup).Assembly, Schema);
}
