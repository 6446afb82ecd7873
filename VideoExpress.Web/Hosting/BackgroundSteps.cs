using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Microsoft.Data.Sqlite;
using VideoExpress.Jobs;
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
    public static IServiceCollection AddBackgroundSteps(this IServiceCollection services)
    {
        services.AddSingleton<IJobFilterProvider, RegisteredFilters>();
        services.AddSingleton(OpenStorage);
        services.AddSingleton<JobStorage>(provider => provider.GetRequiredService<SQLiteStorage>());
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IJobFilter, StatisticsHistoryAttribute>();
        services.AddSingleton<IJobFilter, TransactionalContinuationsAttribute>();
        services.AddSingleton<IJobFilter, PromptCancellationAttribute>();
        services.AddHangfire(configuration => configuration
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            // AddHangfire has just made this container the activator of everybody in the process; ours is registered above.
            .UseActivator(new JobActivator())
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings());
        return services.AddHostedService<StepServers>();
    }

    /// <summary>Whoever gets the storage finds the tables of jobs in it, and the scratch space free of what a killed process left there.</summary>
    private static SQLiteStorage OpenStorage(IServiceProvider provider)
    {
        var folders = provider.GetRequiredService<WorkFolders>();
        var path = provider.GetRequiredService<DataFolder>().Database;
        try
        {
            SQLiteStorage storage;
            try
            {
                storage = Migrated(path, provider);
            }
            catch (SqliteException) when (folders.SweepRuns() > 0)
            {
                // The disk may have been full of what is now removed. No other server works there: the file's lock was ours.
                storage = Migrated(path, provider);
            }

            folders.SweepRuns();
            return storage;
        }
        catch (SqliteException error)
        {
            throw StartFailure.OfDatabase(path, error);
        }
    }

    private static SQLiteStorage Migrated(string path, IServiceProvider provider)
    {
        var options = new SQLiteStorageOptions
        {
            TimeProvider = provider.GetRequiredService<TimeProvider>(),
            FilterProvider = provider.GetRequiredService<IJobFilterProvider>(),
        };
        var storage = new SQLiteStorage(path, options);
        try
        {
            storage.MigrateJobs();
            return storage;
        }
        catch
        {
            storage.Dispose();
            throw;
        }
    }
}

/// <summary>The filters in the container, beside the attributes of steps; looked up when first needed, since filters need the storage.</summary>
internal sealed class RegisteredFilters(IServiceProvider services) : IJobFilterProvider
{
    private readonly Lazy<JobFilterProviderCollection> _filters = new(() =>
    {
        var registered = new JobFilterCollection();
        foreach (var filter in services.GetServices<IJobFilter>())
        {
            registered.Add(filter);
        }

        return new JobFilterProviderCollection(registered, new JobFilterAttributeFilterProvider());
    });

    /// <inheritdoc />
    public IEnumerable<JobFilter> GetFilters(Hangfire.Common.Job job) => _filters.Value.GetFilters(job);
}
