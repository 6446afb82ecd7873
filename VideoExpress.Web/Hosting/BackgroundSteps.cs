using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using VideoExpress.Storage.SQLite;
using VideoExpress.Web.Settings;

namespace VideoExpress.Web.Hosting;

/// <summary>Hangfire: its storage is the product's one SQLite file, its server executes the steps.</summary>
internal static class BackgroundSteps
{
    /// <summary>
    /// Everything of Hangfire comes from the container, nothing from its statics, so that two hosts in one process do not meet. Filters
    /// are those registered as <see cref="IJobFilter"/>, in their own order, beside attributes on the steps.
    /// </summary>
    public static IServiceCollection AddBackgroundSteps(this IServiceCollection services, HangfireSettings settings)
    {
        services.AddSingleton(provider => new SQLiteStorage(
            provider.GetRequiredService<DataFolder>().Database,
            new SQLiteStorageOptions { TimeProvider = provider.GetRequiredService<TimeProvider>() }));
        services.AddSingleton<JobStorage>(provider => provider.GetRequiredService<SQLiteStorage>());
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IJobFilterProvider>(provider => Filters(provider.GetServices<IJobFilter>()));
        services.AddSingleton<IJobFilter, StatisticsHistoryAttribute>();
        services.AddHangfire(configuration => configuration
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            // AddHangfire has just made this container the activator of everybody in the process; ours is registered above.
            .UseActivator(new JobActivator())
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings());
        return services.AddHangfireServer(options =>
        {
            options.WorkerCount = settings.Workers;
            options.StopTimeout = Shutdown.StepGrace;
            options.ShutdownTimeout = Shutdown.StepEnd;
            options.CancellationCheckInterval = TimeSpan.FromMilliseconds(250);
        });
    }

    private static JobFilterProviderCollection Filters(IEnumerable<IJobFilter> registered)
    {
        var filters = new JobFilterCollection();
        foreach (var filter in registered)
        {
            filters.Add(filter);
        }

        return new JobFilterProviderCollection(filters, new JobFilterAttributeFilterProvider());
    }
}
